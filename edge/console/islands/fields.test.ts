import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bodyOf } from './fields.ts'

/** What the script asks of a browser's controls. */
class Control {
  readonly disabled = false
  readonly type = 'text'
  readonly classList = { contains: () => false }

  constructor(readonly name: string, readonly value: string, readonly dataset: Record<string, string> = {}) {}
}
const kinds = ['HTMLInputElement', 'HTMLSelectElement', 'HTMLTextAreaElement'] as const
for (const kind of kinds) Object.assign(globalThis, { [kind]: class extends Control {} })

const control = (...given: ConstructorParameters<typeof Control>) =>
  new (globalThis as unknown as Record<string, typeof Control>)['HTMLSelectElement']!(...given)

test('names with dots are objects in objects, and lists where a number follows', () => {
  const elements = [
    control('name', ' Grace '),
    control('email', ''),
    control('session.idle_minutes', '60', { as: 'number' }),
    control('bindings.0.level', 'project'),
    control('bindings.0.role', 'viewer'),
  ]
  assert.deepEqual(bodyOf({ elements } as never), {
    name: 'Grace',
    session: { idle_minutes: 60 },
    bindings: [{ level: 'project', role: 'viewer' }],
  })
})
