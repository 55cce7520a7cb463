/** What this process may use of its machine: processors and memory, as far as control groups leave them to it. */
import { availableParallelism, totalmem } from 'node:os'
import { join } from 'node:path'
import { readIfThere } from '../files.ts'

export interface Machine {
  /** May be a fraction. */
  readonly cpus: number
  readonly memoryBytes: number
}

/** The machine itself, and below `root` what Linux says of control groups; where it says nothing, nothing limits. */
export function machineOf(
  root = '/',
  whole: Machine = { cpus: availableParallelism(), memoryBytes: totalmem() },
): Machine {
  const groups = groupsOf(root)
  return {
    cpus: Math.min(whole.cpus, ...foldersOf(groups, 'cpu').map((folder) => cpuLimit(root, folder))),
    memoryBytes: Math.min(
      whole.memoryBytes,
      ...foldersOf(groups, 'memory').map((folder) => memoryLimit(root, folder)),
    ),
  }
}

/** MB of the agent itself, and of a run besides what it may hold. */
const ownMb = 200
const runMb = 100
const mostSlots = 64

/**
 * How many runs at once. By memory: each may take all that the hold may. By processors: one each, and two on a machine
 * with one, as runs mostly wait for what is at their other end. One at least.
 */
export function slotsOf({ cpus, memoryBytes }: Machine, holdMemoryMb: number): number {
  const byMemory = Math.floor((memoryBytes / 1_048_576 - ownMb) / (holdMemoryMb + runMb))
  const byCpus = Math.max(2, Math.floor(cpus))
  return Math.max(1, Math.min(byMemory, byCpus, mostSlots))
}

interface Group {
  readonly version: 1 | 2
  readonly controllers: readonly string[]
  /** Where its hierarchy is mounted, and the folder of this process in it. */
  readonly mount: string
  readonly folder: string
}

/** `/proc/self/cgroup` says which groups, `/proc/self/mountinfo` where they are: cgroups(7), proc_pid_mountinfo(5). */
function groupsOf(root: string): Group[] {
  const own = (readIfThere(join(root, 'proc/self/cgroup')) ?? '').split('\n').flatMap((line) => {
    const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? []
    return controllers === undefined || path === undefined ? [] : [{ controllers, path }]
  })
  const mounts = (readIfThere(join(root, 'proc/self/mountinfo')) ?? '').split('\n')
  return mounts.flatMap((line): Group[] => {
    const [before = '', after = ''] = line.split(' - ')
    const [, , , top = '/', mount = ''] = before.split(' ')
    const [type, , options = ''] = after.split(' ')
    if (type !== 'cgroup' && type !== 'cgroup2') return []
    const version = type === 'cgroup2' ? 2 : 1
    const controllers = version === 2 ? ['cpu', 'memory'] : options.split(',')
    const found = own.find((one) =>
      version === 2
        ? one.controllers === ''
        : one.controllers.split(',').some((name) => controllers.includes(name))
    )
    if (found === undefined) return []
    // In a container without a namespace of its own the mount begins at the container's group.
    const path = top !== '/' && found.path.startsWith(top) ? found.path.slice(top.length) : found.path
    return [{ version, controllers, mount, folder: path }]
  })
}

interface Folder {
  readonly version: 1 | 2
  readonly path: string
}

/** The group of this process and all above it, as far as they can be seen: each of them limits. */
function foldersOf(groups: readonly Group[], controller: 'cpu' | 'memory'): Folder[] {
  return groups.filter(({ controllers }) => controllers.includes(controller)).flatMap((group) => {
    const parts = group.folder.split('/').filter((part) => part !== '' && part !== '..')
    return parts.concat('').map((_, index) => ({
      version: group.version,
      path: join(group.mount, ...parts.slice(0, index)),
    }))
  })
}

function memoryLimit(root: string, { version, path }: Folder): number {
  const name = version === 2 ? 'memory.max' : 'memory.limit_in_bytes'
  return positive(readIfThere(join(root, path, name)))
}

function cpuLimit(root: string, { version, path }: Folder): number {
  const read = (name: string) => readIfThere(join(root, path, name))
  const [quota = null, period = null] = version === 2
    ? (read('cpu.max') ?? '').trim().split(' ')
    : [read('cpu.cfs_quota_us'), read('cpu.cfs_period_us')]
  const cpus = positive(quota) / positive(period)
  return Number.isNaN(cpus) ? Infinity : cpus
}

/** `max`, -1 and what is not there do not limit. */
function positive(text: string | null): number {
  const value = Number((text ?? '').trim() || NaN)
  return value > 0 ? value : Infinity
}
