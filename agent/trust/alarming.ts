/** What an edge does not do by accident, unless its database was put back to an older state; in words for people. */
import type { FaultCode } from '../../shared/faults.ts'

export const alarming: Partial<Record<FaultCode, string>> = {
  log_forked: 'the audit log was rewritten, cut off, or shown in two ways',
  checkpoint_invalid: 'the audit log was signed by another key',
  trust_rolled_back: 'the edge showed an older trust document',
  trust_forked: 'the edge showed another trust document under a known version',
  index_rolled_back: 'the edge showed an older index',
  index_forked: 'the edge showed another index under a known number',
}
