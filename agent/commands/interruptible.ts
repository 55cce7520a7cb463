import { Interrupted } from './shell.ts'

/**
 * Runs `work` with a signal that Ctrl-C aborts by Interrupted. `after` says what becomes of what `work` has done by
 * then; it stands for a no within `work` as well.
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>, after: string): Promise<T> {
  const stop = new AbortController()
  const interrupt = () => stop.abort(new Interrupted())
  process.once('SIGINT', interrupt)
  try {
    return await work(stop.signal)
  } catch (error) {
    throw error instanceof Interrupted ? new Interrupted(after) : error
  } finally {
    process.off('SIGINT', interrupt)
  }
}
