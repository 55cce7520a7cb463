/** A refusal: what trust or policy says no to, kept where auditors look and told to the edge as a code alone. */
import { Fault, type FaultCode } from '../../shared/faults.ts'
import { updateAnchor, withRefusal } from '../trust/anchor.ts'
import type { Store } from '../trust/store.ts'

/** What says that the anchor itself is not to be written: then the log of this machine is the one place that tells. */
const noAnchor: readonly FaultCode[] = ['anchor_missing', 'anchor_rolled_back']

/** Keeps it among the anchor's last hundred. Without an anchor, or with an old one, there is nowhere to keep it. */
export async function keepRefusal(
  anchor: Store,
  of: { readonly tenant: string; readonly pool: string },
  refusal: { readonly fault: Fault; readonly run: string | null; readonly now: number },
): Promise<void> {
  const { fault, run, now } = refusal
  const entry = { at: new Date(now).toISOString(), code: fault.code, run }
  try {
    await updateAnchor(anchor, of, (one) => withRefusal(one, entry))
  } catch (error) {
    if (!(error instanceof Fault) || !noAnchor.includes(error.code)) throw error
  }
}
