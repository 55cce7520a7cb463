/** API tokens: make, rotate, revoke. */
import { Token } from '../../../shared/schemas/token.ts'
import { page } from '../../http/page_route.ts'
import { room } from '../frame.tsx'
import { Act, Check, Field, Form, Select, Submit } from '../parts/form.tsx'
import { cursorOf, listQuery, pageOf } from '../parts/list.ts'
import { Table } from '../parts/table.tsx'
import { BothNeeded, said, Tag, When } from '../parts/text.tsx'
import type { ConsoleVisitor } from '../visitor.ts'

const Tokens = pageOf(Token)

export const tokensPage = page<ConsoleVisitor, typeof listQuery>({
  id: 'consoleTokens',
  path: '/console/tokens',
  permission: 'tokens.read',
  query: listQuery,
  async handle(context) {
    const { visitor } = context
    const tokens = await context.ask(`GET /v1/tokens${cursorOf(context.query)}`, Tokens)
    const now = context.now
    return room(context, {
      title: 'API tokens',
      lead:
        'For programs and services. A token holds at most what its owner’s roles hold, wherever it is used.',
      children: (
        <>
          <Table<Token>
            caption='Tokens'
            rows={tokens.data}
            more={tokens.more('/console/tokens')}
            empty={
              <>
                <strong>There are no tokens.</strong>
                <span>Make one below for a program, or run sallyport login on a machine of yours.</span>
              </>
            }
            columns={[
              {
                head: 'Name',
                cell: (token) => (
                  <>
                    {token.name} <State token={token} now={now} />
                  </>
                ),
              },
              { head: 'Kind', cell: ({ sort }) => said(sort) },
              {
                head: 'May',
                cell: ({ scopes, place }) =>
                  (scopes === undefined ? 'All that the roles hold' : count(scopes.length)) +
                  (place === undefined ? '' : `, in one ${place.level}`),
              },
              { head: 'Expires', cell: ({ expires }) => <When at={expires} /> },
              { head: 'Last used', cell: ({ last_used }) => <When at={last_used} /> },
              { head: 'What you can do', acts: true, cell: (token) => <Acts token={token} now={now} /> },
            ]}
          />
          {visitor.permissions.has('tokens.write') ? <Make permissions={[...visitor.permissions]} /> : null}
          <BothNeeded />
        </>
      ),
    })
  },
})

const count = (n: number) => n === 1 ? '1 permission' : `${n} permissions`

const ended = ({ revoked, expires }: Token, now: number) =>
  revoked !== undefined || Date.parse(expires) <= now

function State({ token, now }: { readonly token: Token; readonly now: number }) {
  if (token.revoked !== undefined) return <Tag look='bad'>revoked</Tag>
  if (Date.parse(token.expires) <= now) return <Tag look='warn'>expired</Tag>
  return token.successor === undefined ? null : <Tag look='warn'>replaced</Tag>
}

function Acts({ token, now }: { readonly token: Token; readonly now: number }) {
  if (ended(token, now)) return null
  return (
    <div class='row end'>
      {token.sort === 'device' ? null : (
        <Act
          call={`POST /v1/tokens/${token.id}/rotate`}
          fields={{}}
          once={{ field: 'token', called: `the new secret of ${token.name}` }}
          label={`Rotate ${token.name}`}
        >
          Rotate
        </Act>
      )}
      <Act
        call={`DELETE /v1/tokens/${token.id}`}
        confirm={`“${token.name}” stops working at once.`}
        label={`Revoke ${token.name}`}
        class='slim danger'
      >
        Revoke
      </Act>
    </div>
  )
}

function Make({ permissions }: { readonly permissions: readonly string[] }) {
  return (
    <section class='card' aria-labelledby='make'>
      <h2 id='make'>Make a token</h2>
      <Form call='POST /v1/tokens' once={{ field: 'token', called: 'the token' }} label='Make a token'>
        <div class='fields'>
          <Field name='name' label='Name' hint='What it is for: “nightly deploy”.' maxlength={200} required />
          <Select
            name='expires_in_days'
            label='Expires'
            hint='It stops working then.'
            as='json'
            value='90'
            options={[
              { value: '7', label: 'in a week' },
              { value: '30', label: 'in 30 days' },
              { value: '90', label: 'in 90 days' },
              { value: '366', label: 'in a year' },
            ]}
          />
        </div>
        <details class='more'>
          <summary>Cut down what it may do, and from where</summary>
          <div class='stack'>
            <fieldset>
              <legend>Permissions (none ticked: all that your roles hold)</legend>
              <div class='checks'>
                {permissions.map((name) => (
                  <Check name='scopes' value={name} label={<code>{name}</code>} list />
                ))}
              </div>
            </fieldset>
            <Field
              name='networks'
              label='Addresses'
              hint='One a line, such as 192.0.2.0/24. None: from anywhere.'
              rows={3}
              as='lines'
            />
          </div>
        </details>
        <div>
          <Submit>Make the token</Submit>
        </div>
      </Form>
    </section>
  )
}
