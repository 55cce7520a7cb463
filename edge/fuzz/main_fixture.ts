/** Fuzzes what the edge reads; see `shared/fuzz/child_fixture.ts` for the arguments. */
import process from 'node:process'
import { fuzz } from '../../shared/fuzz/child_fixture.ts'
import { sharedTargets } from '../../shared/fuzz/targets_fixture.ts'
import { closeEdge, requestTargets } from './request_targets_fixture.ts'

await fuzz([...sharedTargets, ...requestTargets], process.argv.slice(2))
await closeEdge()
process.exit()
