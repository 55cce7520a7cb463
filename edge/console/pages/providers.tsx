/** Other parties that sign this tenant's people in. */
import { Provider } from '../../../shared/schemas/provider.ts'
import { page } from '../../http/page_route.ts'
import { room } from '../frame.tsx'
import { Act } from '../parts/form.tsx'
import { cursorOf, listQuery, pageOf } from '../parts/list.ts'
import { Table } from '../parts/table.tsx'
import type { ConsoleVisitor } from '../visitor.ts'

const Providers = pageOf(Provider)

export const providersPage = page<ConsoleVisitor, typeof listQuery>({
  id: 'consoleProviders',
  path: '/console/providers',
  permission: 'rules.read',
  query: listQuery,
  async handle(context) {
    const providers = await context.ask(`GET /v1/providers${cursorOf(context.query)}`, Providers)
    const may = context.visitor.permissions.has('rules.write')
    return room(context, {
      title: 'Sign-in providers',
      lead: 'Other parties whose word signs people in here: Entra, Okta, or any issuer with OpenID Connect.',
      children: (
        <>
          <Table<Provider>
            caption='Providers of this tenant'
            rows={providers.data}
            more={providers.more('/console/providers')}
            empty={
              <>
                <strong>This tenant has no provider of its own.</strong>
                <span>Add one with the command below. The buttons of this installation work without it.</span>
              </>
            }
            columns={[
              { head: 'Name', cell: ({ name }) => name },
              { head: 'Issuer', cell: ({ issuer }) => <code>{issuer}</code> },
              {
                head: 'Redirect URI to register there',
                cell: ({ redirect_uri }) => <code>{redirect_uri}</code>,
              },
              { head: 'Roles by claims', cell: ({ claim_rules }) => String(claim_rules.length) },
              {
                head: 'What you can do',
                acts: true,
                cell: ({ id, name }) =>
                  may
                    ? (
                      <Act
                        call={`DELETE /v1/providers/${id}`}
                        confirm={`${name} signs nobody in any more. Who has no other way stays out.`}
                        label={`Remove ${name}`}
                        class='slim danger'
                      >
                        Remove
                      </Act>
                    )
                    : null,
              },
            ]}
          />
          <section class='card' aria-labelledby='add'>
            <header>
              <h2 id='add'>Add a provider</h2>
              <p>
                It comes with a client secret, and no page takes a credential. Write the request into a file
                that only you can read, and send it with a token that holds <code>rules.write</code>:
              </p>
            </header>
            <pre tabindex={0} aria-label='Command'><code>{command}</code></pre>
            <p>
              What goes into the file: <a href='/docs#/Providers'>API reference</a>
            </p>
          </section>
        </>
      ),
    })
  },
})

const command = `curl --fail-with-body -H @token_header -H 'Content-Type: application/json' \\
  --data @provider.json "$EDGE/v1/providers"`
