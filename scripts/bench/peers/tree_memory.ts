/**
 * Memory of a program with all that it starts, looked at while it runs. What the system counts for a child that has
 * ended begins with the memory of the one that started it, and so says nothing of a small program.
 */
import { readFileSync } from 'node:fs'

/** How often it is looked at: a peak that is shorter than this may be missed. */
const everyMs = 20

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // It has ended meanwhile.
    return ''
  }
}

/** Resident bytes of a process and everything below it. */
function residentBytes(pid: number): number {
  const kilobytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(textOf(`/proc/${pid}/status`))?.[1] ?? 0)
  const children = textOf(`/proc/${pid}/task/${pid}/children`).split(' ').filter((child) => child !== '')
  return kilobytes * 1024 + children.reduce((sum, child) => sum + residentBytes(Number(child)), 0)
}

export interface Watching extends Disposable {
  /** Highest so far; 0 where the system does not tell. */
  readonly peakBytes: number
}

export function watchMemory(pid: number): Watching {
  let peakBytes = 0
  // The first look shows the starting program, before it has become the other one.
  const timer = setInterval(() => (peakBytes = Math.max(peakBytes, residentBytes(pid))), everyMs)
  return {
    get peakBytes() {
      return peakBytes
    },
    [Symbol.dispose]: () => clearInterval(timer),
  }
}
