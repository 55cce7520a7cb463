import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, test } from 'node:test'
import { machineOf, slotsOf } from './machine.ts'

const gib = 1024 ** 3
const whole = { cpus: 16, memoryBytes: 64 * gib }

/** The machine with these files below its root. */
function withFiles(files: Readonly<Record<string, string>>) {
  const root = mkdtempSync(join(tmpdir(), 'machine-'))
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true })
      writeFileSync(join(root, path), text)
    }
    return machineOf(root, whole)
  } finally {
    rmSync(root, { recursive: true })
  }
}

const second = '25 1 0:22 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup rw,nsdelegate\n'

describe('what a process may use', () => {
  test('is the whole machine where nothing limits it', () => {
    assert.deepEqual(withFiles({}), whole)
    const files = {
      'proc/self/cgroup': '0::/\n',
      'proc/self/mountinfo': second,
      'sys/fs/cgroup/memory.max': 'max\n',
      'sys/fs/cgroup/cpu.max': 'max 100000\n',
    }
    assert.deepEqual(withFiles(files), whole)
  })

  test('is what its group leaves it, version 2', () => {
    const files = {
      'proc/self/cgroup': '0::/\n',
      'proc/self/mountinfo': `23 1 8:1 / / rw - ext4 /dev/sda1 rw\n${second}`,
      'sys/fs/cgroup/memory.max': `${2 * gib}\n`,
      'sys/fs/cgroup/cpu.max': '150000 100000\n',
    }
    assert.deepEqual(withFiles(files), { cpus: 1.5, memoryBytes: 2 * gib })
  })

  test('is the least of what its group and those above it leave', () => {
    const files = {
      'proc/self/cgroup': '0::/kubepods/pod1/main\n',
      'proc/self/mountinfo': second,
      'sys/fs/cgroup/kubepods/memory.max': `${8 * gib}\n`,
      'sys/fs/cgroup/kubepods/pod1/memory.max': `${3 * gib}\n`,
      'sys/fs/cgroup/kubepods/pod1/main/memory.max': 'max\n',
      'sys/fs/cgroup/kubepods/pod1/cpu.max': '400000 100000\n',
      'sys/fs/cgroup/kubepods/pod1/main/cpu.max': '800000 100000\n',
    }
    assert.deepEqual(withFiles(files), { cpus: 4, memoryBytes: 3 * gib })
  })

  test('is what its groups leave it, version 1, in a container that sees its own group as the top', () => {
    const mounts = '30 1 0:26 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n' +
      '31 1 0:27 /docker/abc /sys/fs/cgroup/cpu,cpuacct ro - cgroup cgroup rw,cpu,cpuacct\n'
    const files = {
      'proc/self/cgroup': '5:memory:/docker/abc\n4:cpu,cpuacct:/docker/abc\n1:name=systemd:/docker/abc\n',
      'proc/self/mountinfo': mounts,
      'sys/fs/cgroup/memory/memory.limit_in_bytes': `${gib}\n`,
      'sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us': '50000\n',
      'sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us': '100000\n',
    }
    assert.deepEqual(withFiles(files), { cpus: 0.5, memoryBytes: gib })
  })

  test('is the whole machine where groups of version 1 have no limit', () => {
    const files = {
      'proc/self/cgroup': '5:memory:/\n4:cpu,cpuacct:/\n',
      'proc/self/mountinfo': '30 1 0:26 / /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n' +
        '31 1 0:27 / /sys/fs/cgroup/cpu ro - cgroup cgroup rw,cpu,cpuacct\n',
      'sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n',
      'sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1\n',
      'sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
    }
    assert.deepEqual(withFiles(files), whole)
  })
})

test('slots follow from memory and processors: one at least, two where there is memory for them', () => {
  const slots = (cpus: number, gibs: number, hold = 512) => slotsOf({ cpus, memoryBytes: gibs * gib }, hold)
  assert.equal(slots(2, 8), 2)
  assert.equal(slots(1, 8), 2)
  assert.equal(slots(16, 8), 13)
  assert.equal(slots(16, 8, 2048), 3)
  assert.equal(slots(16, 0.5), 1)
  assert.equal(slots(256, 1024), 64)
})
