/** The parsers that both programs have. */
import { logTargets } from './log_targets_fixture.ts'
import { plainTargets } from './plain_targets_fixture.ts'
import { sealedTargets } from './sealed_targets_fixture.ts'
import type { Target } from './target_fixture.ts'

export const sharedTargets: readonly Target[] = [...sealedTargets, ...logTargets, ...plainTargets]
