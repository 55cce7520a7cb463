/** A refusal: what trust or policy says no to, kept where auditors look and told to the edge as a code alone. */
import type { Fault } from '../../shared/faults.ts'
import { updateAnchor, withRefusal } from '../trust/anchor.ts'
import type { Store } from '../trust/store.ts'

/** Keeps it among the anchor's last hundred. Without an anchor there is nowhere to keep it. */
export async function keepRefusal(
  anchor: Store,
  of: { readonly tenant: string; readonly pool: string },
  refusal: { readonly fault: Fault; readonly run: string | null; readonly now: number },
): Promise<void> {
  const { fault, run, now } = refusal
  const entry = { at: new Date(now).toISOString(), code: fault.code, run }
  await updateAnchor(anchor, of, (one) => withRefusal(one, entry))
}
