/** Fuzzes what agent and CLI read; see `shared/fuzz/child_fixture.ts` for the arguments. */
import { fuzz } from '../../shared/fuzz/child_fixture.ts'
import { sharedTargets } from '../../shared/fuzz/targets_fixture.ts'
import { customerTargets } from './customer_targets_fixture.ts'
import { edgeTargets } from './edge_targets_fixture.ts'
import { fileTargets } from './file_targets_fixture.ts'
import { jobTargets } from './job_targets_fixture.ts'
import { rewrapTargets } from './rewrap_targets_fixture.ts'
import { writtenTargets } from './written_targets_fixture.ts'

await fuzz(
  [
    ...sharedTargets,
    ...customerTargets,
    ...edgeTargets,
    ...fileTargets,
    ...jobTargets,
    ...rewrapTargets,
    ...writtenTargets,
  ],
  process.argv.slice(2),
)
process.exit()
