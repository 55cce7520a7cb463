/// <reference lib="dom" />
/** Makes a form's call: fields to JSON, problems to the fields they are about, and on to where it leads. */
import { call, type Reply } from './api.ts'
import { confirmed, showOnce } from './dialogs.ts'
import { bodyOf } from './fields.ts'
import { keepFocus } from './focus.ts'
import { forget, passedOn, takeFragment } from './fragment.ts'
import { isFresh } from './fresh.ts'
import { reveal } from './reveal.ts'
import { clear, say } from './say.ts'

export function startForms(): void {
  // One listener for all, also for forms that a reply makes.
  document.addEventListener('submit', (event) => {
    if (!(event.target instanceof HTMLFormElement) || event.target.dataset['call'] === undefined) return
    event.preventDefault()
    void submit(event.target)
  })
  for (const form of document.querySelectorAll<HTMLFormElement>('form[data-call]')) {
    const ready = form.dataset['fragment'] === undefined || takeFragment(form)
    if (ready && form.dataset['auto'] !== undefined) void submit(form)
  }
}

async function submit(form: HTMLFormElement): Promise<void> {
  const { confirm, confirmAs, call: target = '' } = form.dataset
  if (form.ariaBusy === 'true') return
  if (confirm !== undefined && !await confirmed(confirm, confirmAs ?? buttonOf(form)?.textContent ?? '')) {
    return
  }
  busy(form, true)
  clear(form)
  const reply = await send(form, target)
  if (reply === null || !reply.ok) {
    busy(form, false)
    if (reply !== null) say(form, reply.problem)
    if (reply?.problem.code === 'link_invalid') forget(form)
    return
  }
  if (form.dataset['auto'] === undefined) forget(form)
  await follow(form, reply.json)
}

/** The reply; asked once more when it needed a passkey or a code first. Null when that was cancelled. */
async function send(form: HTMLFormElement, template: string): Promise<Reply | null> {
  const fields = bodyOf(form)
  const target = filled(template, fields)
  const bare = /^(GET|DELETE) /.test(target) && Object.keys(fields).length === 0
  const body = bare ? undefined : fields
  const kept = `approval ${target}`
  const approval = sessionStorage.getItem(kept)
  const headers: Record<string, string> = approval === null ? {} : { approval }
  let reply = await call(target, body, headers)
  if (!reply.ok && reply.problem.code === 'fresh_sign_in_required') {
    if (!await isFresh()) return null
    reply = await call(target, body, headers)
  }
  // Kept until another person decided: the same request, sent again, then goes through.
  const waiting = !reply.ok && reply.problem.code === 'approval_required' ? reply.problem.approval : undefined
  if (waiting === undefined) sessionStorage.removeItem(kept)
  else sessionStorage.setItem(kept, waiting)
  return reply
}

/** Takes what the path names out of the fields. */
function filled(template: string, fields: Record<string, unknown>): string {
  return template.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = String(fields[name] ?? '')
    delete fields[name]
    return encodeURIComponent(value)
  })
}

/** Where it leads: a part of this page, a secret to copy, the next page, or this one anew. */
async function follow(form: HTMLFormElement, json: Readonly<Record<string, unknown>>): Promise<void> {
  const { once, reveal: part, done } = form.dataset
  if (once !== undefined) await showOnce(form, json)
  if (part !== undefined) {
    busy(form, false)
    form.hidden = true
    return reveal(part, json)
  }
  if (done !== undefined) {
    form.hidden = true
    return reveal(done, json)
  }
  const next = nextOf(form, json)
  if (isHere(next)) keepFocus(form)
  go(next)
}

export function nextOf(form: HTMLElement, json: Readonly<Record<string, unknown>>): string | undefined {
  const word = typeof json['next'] === 'string' ? json['next'] : ''
  const way = word === '' ? undefined : form.getAttribute(`data-next-${word}`) ?? undefined
  const next = way ?? form.dataset['next']
  // A whole address of the reply is where another party signs people in.
  if (next === '{location}') return webAddress(json['location'])
  return next?.replaceAll(
    /\{(\w+)\}/g,
    (_, field: string) => encodeURIComponent(String(json[field] ?? '')),
  )
}

function webAddress(location: unknown): string | undefined {
  const url = typeof location === 'string' && URL.canParse(location) ? new URL(location) : null
  return url !== null && /^https?:$/.test(url.protocol) ? url.href : undefined
}

/** To another page of this origin, or to this one anew. */
export function go(next: string | undefined): void {
  if (next === undefined || isHere(next)) location.reload()
  else location.assign(next.startsWith('/') ? next + passedOn() : next)
}

const isHere = (next: string | undefined) =>
  next === undefined || next === location.pathname + location.search

const buttonOf = (form: HTMLFormElement) => form.querySelector<HTMLButtonElement>('button[type="submit"]')

function busy(form: HTMLFormElement, on: boolean): void {
  form.ariaBusy = String(on)
  buttonOf(form)?.setAttribute('aria-busy', String(on))
}
