/** Checks that more than one attack runs into, and the source without each. */
import type { Mutation } from './without.ts'

export const signatures: Mutation = {
  check: 'a signature is verified',
  file: 'shared/sign/dsse.ts',
  find: '!p.ed25519.verify(key, message, fromBase64(only.sig))',
  put: 'false',
}

export const atIndex: Mutation = {
  check: 'a document is what the index lists, by its hash',
  file: 'agent/runs/verify.ts',
  find: 'if (!same || signed.hash !== entry.hash) {',
  put: 'if (false) {',
}

export const commitments: Mutation = {
  check: 'what was opened is what the signed document commits to',
  file: 'shared/seal/record.ts',
  find: '!equal(found, fromHex(commitment))',
  put: 'false',
}

export const policy: Mutation = {
  check: 'the signed policy allows the place',
  file: 'agent/runs/policy_check.ts',
  find: 'if (!decision.allowed) {',
  put: 'if (false) {',
}

/** Destinations count a run by its id as well. */
export const ledger: Mutation = {
  check: 'the destination commits a run once',
  file: 'agent/worker/run_job.ts',
  find: 'runId: job.run.id,',
  put: 'runId: crypto.randomUUID(),',
}

/** No defence against an edge that cheats: in its way when the check before it is gone. */
export const honestEdge: Mutation = {
  check: 'an honest edge stores no record that is sealed to strangers',
  file: 'edge/trust/rules.ts',
  find: 'if (!described.kids.every((kid) => kids.includes(kid))) {',
  put: 'if (false) {',
}

/** Likewise. */
export const honestIndex: Mutation = {
  check: 'an honest edge takes no index that calls its project otherwise',
  file: 'edge/trust/rules.ts',
  find: 'if (document.project_name !== name) throw',
  put: 'if (false) throw',
}
