/** Waits that come to an end: one timer for all of one length, since one each would cost more than most work. */

/** Work that is waited for, until a moment of `performance.now()`. */
interface Wait {
  readonly until: number
  readonly late: () => void
}

/** Calls `late` in `timeoutMs`, unless the function that it returns is called before. */
export function patience(timeoutMs: number): (late: () => void) => () => void {
  const waits = new Set<Wait>()
  let watched = false
  const watch = (delayMs: number) => {
    watched = true
    setTimeout(() => {
      const now = performance.now()
      // In the order of their moments, since all wait equally long.
      for (const wait of waits) {
        if (wait.until > now) return watch(wait.until - now)
        waits.delete(wait)
        wait.late()
      }
      watched = false
    }, delayMs)
  }
  return (late) => {
    const wait = { until: performance.now() + timeoutMs, late }
    waits.add(wait)
    if (!watched) watch(timeoutMs)
    return () => waits.delete(wait)
  }
}
