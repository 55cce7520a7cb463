/** Limits of how many runs agents have in hand at once. */
import type { Limit } from '../../../shared/schemas/queue.ts'
import { Act, Field, Form, Hidden, Select, Submit } from './form.tsx'
import type { Names } from './names.ts'
import { Table } from './table.tsx'
import { count, Tag, When } from './text.tsx'

interface Shown {
  readonly limits: readonly Limit[]
  readonly names: Names
  readonly pools: readonly string[]
  /** Whether the visitor may set them. */
  readonly may: boolean
}

/** `The connection warehouse`. */
function scopeName(scope: string, names: Names): string {
  const [kind, of = ''] = scope.split(':')
  if (kind === 'tenant') return 'The whole tenant'
  if (kind === 'pool') return `The pool ${of}`
  const source = kind === 'pipeline' ? 'pipelines' : 'connections'
  return `The ${kind} ${names.of(source, of)}`
}

export function Limits({ limits, names, pools, may }: Shown) {
  return (
    <>
      <Table<Limit>
        caption='Limits'
        rows={limits}
        empty={
          <>
            <strong>There is no limit.</strong>
            <span>
              Agents take as many runs as they have slots. {may
                ? 'Set one below where a source bears less.'
                : 'Who may change pipelines in the whole tenant can set one.'}
            </span>
          </>
        }
        columns={[
          { head: 'Of', cell: ({ scope }) => scopeName(scope, names) },
          {
            head: 'In hand',
            cell: ({ held, runs }) => (
              <>
                {count(held)} of {count(runs)} {held >= runs ? <Tag look='warn'>full</Tag> : null}
              </>
            ),
          },
          { head: 'Changed', cell: ({ updated }) => <When at={updated} /> },
          ...(may
            ? [{
              head: 'What you can do',
              acts: true,
              cell: (limit: Limit) => <Change {...{ limit, names }} />,
            }]
            : []),
        ]}
      />
      {may ? <Add {...{ limits, names, pools }} /> : null}
    </>
  )
}

function Change({ limit: { scope, runs }, names }: { readonly limit: Limit; readonly names: Names }) {
  const name = scopeName(scope, names)
  return (
    <div class='row end'>
      <Form call='PUT /v1/limits/{scope}' small class='number' label={`Change the limit: ${name}`}>
        <Hidden name='scope' value={scope} />
        <input
          type='number'
          name='runs'
          aria-label={`Runs at once: ${name}`}
          value={runs}
          min={1}
          max={1_000_000}
          required
          data-as='number'
        />
        <Submit class='slim' label={`Save the limit: ${name}`}>Save</Submit>
      </Form>
      <Act
        call={`DELETE /v1/limits/${scope}`}
        confirm={`${name}: agents take as many runs as they have slots.`}
        confirmAs='Remove'
        label={`Remove the limit: ${name}`}
        class='slim danger'
      >
        Remove
      </Act>
    </div>
  )
}

function Add({ limits, names, pools }: Omit<Shown, 'may'>) {
  const taken = new Set(limits.map(({ scope }) => scope))
  const scopes = [
    'tenant',
    ...pools.map((name) => `pool:${name}`),
    ...[...names.known.connections.keys()].map((id) => `connection:${id}`),
    ...[...names.known.pipelines.keys()].map((id) => `pipeline:${id}`),
  ].filter((scope) => !taken.has(scope))
  if (scopes.length === 0) return null
  return (
    <details class='more'>
      <summary>{limits.length === 0 ? 'Set a limit' : 'Set another limit'}</summary>
      <section class='card narrow' aria-label='Set a limit'>
        <Form call='PUT /v1/limits/{scope}' label='Set a limit'>
          <Select
            name='scope'
            label='Of what'
            options={scopes.map((scope) => ({ value: scope, label: scopeName(scope, names) }))}
          />
          <Field
            name='runs'
            label='Runs at once'
            type='number'
            min={1}
            max={1_000_000}
            hint='Runs beyond it wait, and hold back none behind them. What agents have goes on.'
            required
          />
          <div>
            <Submit>Set the limit</Submit>
          </div>
        </Form>
      </section>
    </details>
  )
}
