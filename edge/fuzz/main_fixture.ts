/** Fuzzes what agent and CLI read; see `shared/fuzz/child_fixture.ts` for the arguments. */
import { fuzz } from '../../shared/fuzz/child_fixture.ts'
import { sharedTargets } from '../../shared/fuzz/targets_fixture.ts'

await fuzz([...sharedTargets], process.argv.slice(2))
