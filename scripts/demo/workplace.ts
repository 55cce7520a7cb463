/** The demo's folder: new each time, outside of any checkout; the last finished one makes room for the next. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const prefix = 'sallyport-demo-'

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM'
  }
}

/** Removes own folders of demos that have ended, and makes a new one. */
export function newWorkplace(): string {
  for (const name of readdirSync(tmpdir())) {
    const folder = join(tmpdir(), name)
    const mark = join(folder, 'pid')
    if (!name.startsWith(prefix) || !existsSync(mark)) continue
    const mine = statSync(folder).uid === process.getuid?.()
    if (mine && !alive(Number(readFileSync(mark, 'utf8')))) rmSync(folder, { recursive: true, force: true })
  }
  const folder = mkdtempSync(join(tmpdir(), prefix))
  writeFileSync(join(folder, 'pid'), String(process.pid))
  return folder
}
