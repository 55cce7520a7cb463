/** What every page stands in: the document, and the frame of who is signed in or of who is not. */
import type { Child } from 'hono/jsx'
import type { Html } from '../http/page_route.ts'
import { assets } from './assets.ts'
import { roomsFor } from './navigation.ts'
import { Brand } from './parts/brand.tsx'
import { ConfirmDialog, FreshDialog, OnceDialog } from './parts/dialogs.tsx'
import { Act } from './parts/form.tsx'
import type { ConsoleVisitor } from './visitor.ts'

/** What a page's frame needs of its context. */
interface Shown {
  readonly nonce: string
  readonly path: string
}

function Document({ title, nonce, children }: { title: string; nonce: string; children?: Child }) {
  return (
    <html lang='en'>
      <head>
        <meta charset='utf-8' />
        <meta name='viewport' content='width=device-width, initial-scale=1' />
        <meta name='color-scheme' content='light dark' />
        <meta name='robots' content='noindex' />
        <title>{`${title} – Sallyport`}</title>
        <link rel='icon' href={assets.mark.path} type='image/svg+xml' />
        <link rel='stylesheet' href={assets.style.path} />
        <script type='module' blocking='render' nonce={nonce} src={assets.islands.path} />
      </head>
      <body>
        {children}
        <ConfirmDialog />
        <OnceDialog />
        <FreshDialog />
      </body>
    </html>
  )
}

function NeedsScript() {
  return (
    <noscript>
      <p class='note warn'>
        This page sends its forms by a script of this address, which your browser does not run. Nothing is
        sent without it.
      </p>
    </noscript>
  )
}

/** A page for somebody who is not signed in: one card in the middle. */
export function gate(
  { nonce }: Shown,
  props: {
    readonly title: string
    readonly lead?: Child
    readonly children: Child
    /** Below the card: other ways on. */
    readonly aside?: Child
    /** For pages that are read more than filled in. */
    readonly wide?: boolean
  },
): Html {
  return (
    <Document title={props.title} nonce={nonce}>
      <div class={props.wide ? 'gate wide' : 'gate'}>
        <main id='main'>
          <Brand href='/console' />
          <div class='card'>
            <header>
              <h1>{props.title}</h1>
              {props.lead === undefined ? null : <p>{props.lead}</p>}
            </header>
            <div class='alert' role='alert' id='alerts' />
            <NeedsScript />
            {props.children}
          </div>
          {props.aside === undefined ? null : <div class='aside'>{props.aside}</div>}
        </main>
        <footer>
          This page never asks for a database password, a signing key or a reader key.{' '}
          <a href='/console/not-here'>Why</a>
        </footer>
      </div>
    </Document>
  )
}

/** A page for somebody who is signed in. */
export function room(
  { nonce, path, visitor }: Shown & { readonly visitor: ConsoleVisitor },
  props: {
    readonly title: string
    readonly lead?: Child
    /** Beside the title: what the page's first thing to do is. */
    readonly acts?: Child
    readonly children: Child
  },
): Html {
  return (
    <Document title={props.title} nonce={nonce}>
      <a class='skip' href='#main'>Skip to content</a>
      <div class='shell'>
        <Rail visitor={visitor} path={path} />
        <main id='main' class='stage' tabindex={-1}>
          <div class='head'>
            <div>
              <h1>{props.title}</h1>
              {props.lead === undefined ? null : <p>{props.lead}</p>}
            </div>
            {props.acts === undefined ? null : <div class='row'>{props.acts}</div>}
          </div>
          <div class='alert' role='alert' id='alerts' />
          <NeedsScript />
          {props.children}
        </main>
      </div>
    </Document>
  )
}

function Rail({ visitor, path }: { visitor: ConsoleVisitor; path: string }) {
  const here = path.split('?')[0]
  return (
    <header class='rail' id='rail'>
      <div class='rail-top'>
        <Brand href='/console' />
        <button type='button' class='menu-toggle' aria-expanded='false' aria-controls='rail' data-menu=''>
          Menu
        </button>
      </div>
      <div class='folds'>
        <Switcher visitor={visitor} />
      </div>
      <nav aria-label='Console' class='folds'>
        {roomsFor(visitor).map(({ title, pages }, i) => (
          <div>
            <p id={`rooms-${i}`}>{title}</p>
            <ul aria-labelledby={`rooms-${i}`}>
              {pages.map(({ path, name }) => (
                <li>
                  <a href={path} aria-current={path === here ? 'page' : undefined}>{name}</a>
                </li>
              ))}
            </ul>
          </div>
        ))}
      </nav>
      <div class='rail-foot folds'>
        <div class='who'>
          <strong>{visitor.account.name}</strong>
          <span class='muted small'>{visitor.account.email}</span>
        </div>
        <Act call='DELETE /v1/sessions/current' next='/console/sign-in' class='slim wide'>Sign out</Act>
      </div>
    </header>
  )
}

function Switcher({ visitor }: { visitor: ConsoleVisitor }) {
  const chosen = visitor.tenants.find(({ id }) => id === visitor.tenant)
  return (
    <details class='switcher'>
      <summary>
        <span>
          <span class='muted small'>Tenant</span>
          <strong>{chosen?.name ?? 'None chosen'}</strong>
        </span>
        <span aria-hidden='true'>▾</span>
      </summary>
      <div>
        {visitor.tenants.filter(({ id }) => id !== visitor.tenant).map(({ id, name }) => (
          <Act call='POST /v1/sessions/tenant' fields={{ tenant: id }} next='/console' class='choice'>
            {name}
          </Act>
        ))}
        <a href='/console/tenants'>All tenants</a>
      </div>
    </details>
  )
}
