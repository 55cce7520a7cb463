/** The few calls of the C library that no runtime module offers. */
import { dlopen, type Pointer } from 'bun:ffi'
import { existsSync } from 'node:fs'
import { Fault } from '../../shared/faults.ts'

const muslNames = { x64: 'libc.musl-x86_64.so.1', arm64: 'libc.musl-aarch64.so.1' }

function libraryNames(): readonly string[] {
  if (process.platform === 'darwin') return ['libSystem.B.dylib']
  const musl = muslNames[process.arch as keyof typeof muslNames]
  return musl && existsSync(`/lib/${musl}`) ? [`/lib/${musl}`] : ['libc.so.6', 'libdl.so.2']
}

const cString = (text: string) => Buffer.from(text + '\0')

const F_SETPIPE_SZ = 1031
const PR_SET_PDEATHSIG = 1
const SIGKILL = 9
const MFD_CLOEXEC = 1
const RTLD_NOW = 2
const RTLD_GLOBAL = 0x100

function base() {
  return dlopen(libraryNames()[0] ?? '', {
    mkfifo: { args: ['cstring', 'u32'], returns: 'i32' },
    fcntl: { args: ['i32', 'i32', 'i32'], returns: 'i32' },
  }).symbols
}

function linux() {
  return dlopen(libraryNames()[0] ?? '', {
    memfd_create: { args: ['cstring', 'u32'], returns: 'i32' },
    prctl: { args: ['i32', 'u64', 'u64', 'u64', 'u64'], returns: 'i32' },
  }).symbols
}

let loaded: ReturnType<typeof base> | null = null

/** Makes a FIFO that only this user may open. Throws `hold_unavailable` where there are none. */
export function makeFifo(path: string): void {
  if (process.platform === 'win32') {
    throw new Fault('hold_unavailable', 'The hold needs FIFOs, which Windows does not have.')
  }
  loaded ??= base()
  if (loaded.mkfifo(cString(path), 0o600) !== 0) {
    throw new Fault('hold_unavailable', `${path} cannot be made; look at its folder and the free space.`)
  }
}

/** A larger pipe means fewer turns between its two ends. A system that refuses keeps the size it has. */
export function widenPipe(file: number, bytes: number): void {
  if (process.platform !== 'linux') return
  loaded ??= base()
  loaded.fcntl(file, F_SETPIPE_SZ, bytes)
}

/** The kernel ends this process when its parent dies. Elsewhere than on Linux this does nothing. */
export function dieWithParent(): void {
  if (process.platform === 'linux') linux().prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0)
}

/** A file that has no name and lives in memory; -1 where the kernel refuses. */
export function memoryFile(name: string): number {
  return linux().memfd_create(cString(name), MFD_CLOEXEC)
}

/** Loads a library so that later ones find its symbols. False when the loader refuses. */
export function loadGlobally(path: string): boolean {
  for (const library of libraryNames()) {
    try {
      const { symbols } = dlopen(library, { dlopen: { args: ['cstring', 'i32'], returns: 'ptr' } })
      return (symbols.dlopen(cString(path), RTLD_NOW | RTLD_GLOBAL) as Pointer | null) !== null
    } catch {
      // Before glibc 2.34 the call lives in a library of its own, the next in the list.
    }
  }
  return false
}
