import { readFileSync } from 'node:fs'

/**
 * Highest resident memory of this process, in bytes. `getrusage` would also count that of the process which started
 * this one, up to the moment when it became this program.
 */
export function peakRssBytes(): number {
  try {
    const match = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))
    if (match) return Number(match[1]) * 1024
  } catch {
    // No /proc here.
  }
  return process.resourceUsage().maxRSS * 1024
}
