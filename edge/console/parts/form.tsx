/**
 * Forms say which call of the API they make; `islands/form.ts` makes it. `method="dialog"` keeps a browser whose
 * script did not run from sending anything: no field ever gets into a URL.
 */
import type { Child } from 'hono/jsx'

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export interface Call {
  /** `POST /v1/accounts`; ids already filled in. */
  readonly call: `${Method} /v1/${string}`
  /** Where to go when it is done; the same page again unless said. `{field}` is one of the reply. */
  readonly next?: string | undefined
  /** Where to go by what the reply's field `next` says: it wins over `next`. */
  readonly ways?: Readonly<Record<string, string>>
  /** Asked in a dialog before the call is made. */
  readonly confirm?: string
  /** What the button of that dialog says; the form's own words unless given. */
  readonly confirmAs?: string
  /** The reply's field that is shown once, in a dialog with a button to copy it, and what it is called there. */
  readonly once?: { readonly field: string; readonly called: string; readonly before?: string }
  /** Id of a hidden part that the reply fills: `data-fill`, `data-qr` and inputs of the reply's names. */
  readonly reveal?: string
  /** Id of what to show in the form's place when it is done. */
  readonly done?: string
}

export function Form(
  props: Call & {
    readonly children?: Child
    readonly class?: string
    readonly label?: string
    readonly id?: string
    /** Name of the field that the secret of the URL's fragment goes into. */
    readonly fragment?: string
    /** Under which name the secret outlives signing in on the way. */
    readonly keep?: string
    /** Makes the call as soon as the page is there. */
    readonly auto?: boolean
    /** What goes wrong is said at the top of the page: for forms that are one button. */
    readonly small?: boolean
  },
) {
  const { call, next, ways, once } = props
  const led = Object.fromEntries(Object.entries(ways ?? {}).map(([word, to]) => [`data-next-${word}`, to]))
  return (
    <form
      method='dialog'
      id={props.id}
      class={props.class}
      aria-label={props.label}
      data-call={call}
      data-next={next}
      data-confirm={props.confirm}
      data-confirm-as={props.confirmAs}
      data-once={once?.field}
      data-once-called={once?.called}
      data-once-before={once?.before}
      data-reveal={props.reveal}
      data-done={props.done}
      data-fragment={props.fragment}
      data-keep={props.keep}
      data-auto={props.auto ? '' : undefined}
      {...led}
    >
      {props.small ? null : <Alert />}
      {props.children}
    </form>
  )
}

/** Where a form says what went wrong, beyond its fields. */
export function Alert() {
  return <div class='alert' role='alert' data-alert='' />
}

interface FieldProps {
  readonly name: string
  readonly label: string
  readonly id?: string
  readonly type?: 'text' | 'email' | 'password' | 'number' | 'search'
  readonly hint?: Child
  readonly value?: string | number
  readonly autocomplete?: string
  readonly required?: boolean
  readonly minlength?: number
  readonly maxlength?: number
  readonly min?: number
  readonly max?: number
  readonly pattern?: string
  readonly inputmode?: 'numeric' | 'email' | 'text'
  readonly class?: string
  readonly autofocus?: boolean
  readonly placeholder?: string
  /** The field of the reply that it begins with, in a part that a reply reveals. */
  readonly from?: string
  /** How its text becomes JSON: as text unless said; `lines` is a list, one a line or comma; `pairs` one of `{domain, provider}`. */
  readonly as?: 'number' | 'lines' | 'pairs' | 'json'
  /** What an empty field sends; it is left out unless said. */
  readonly empty?: 'null' | 'text' | 'list'
  readonly rows?: number
}

let made = 0
const fresh = (name: string) => `${name.replaceAll(/\W/g, '-')}-${(made = (made + 1) % 1_000_000)}`

/** A label, its control, its hint and the place where the API's objection is said. */
export function Field(props: FieldProps) {
  const id = props.id ?? fresh(props.name)
  const said = [props.hint === undefined ? '' : `${id}-hint`, `${id}-wrong`].filter(Boolean).join(' ')
  const { name, required, minlength, maxlength, autofocus, placeholder, value } = props
  const common = {
    id,
    name,
    required,
    minlength,
    maxlength,
    autofocus,
    placeholder,
    autocomplete: props.autocomplete ?? 'off',
    'aria-describedby': said,
    'data-as': props.as ?? (props.type === 'number' ? 'number' : undefined),
    'data-empty': props.empty,
    'data-from': props.from,
  }
  return (
    <div class='field'>
      <label for={id}>{props.label}</label>
      {props.hint === undefined ? null : <span class='hint' id={`${id}-hint`}>{props.hint}</span>}
      {props.rows === undefined
        ? (
          <input
            {...common}
            type={props.type ?? 'text'}
            value={value}
            class={props.class}
            min={props.min}
            max={props.max}
            pattern={props.pattern}
            inputmode={props.inputmode}
            spellcheck={false}
            autocapitalize='none'
          />
        )
        : <textarea {...common} rows={props.rows} spellcheck={false}>{value}</textarea>}
      <span class='wrong' id={`${id}-wrong`} data-wrong={name} />
    </div>
  )
}

export interface Option {
  readonly value: string
  readonly label: string
  readonly hint?: string
}

export function Select(
  props: {
    readonly name: string
    readonly label: string
    readonly options: readonly Option[]
    readonly value?: string | undefined
    readonly hint?: Child
    readonly empty?: 'null'
    readonly required?: boolean
    readonly as?: 'json'
  },
) {
  const id = fresh(props.name)
  const said = [props.hint === undefined ? '' : `${id}-hint`, `${id}-wrong`].filter(Boolean).join(' ')
  return (
    <div class='field'>
      <label for={id}>{props.label}</label>
      {props.hint === undefined ? null : <span class='hint' id={`${id}-hint`}>{props.hint}</span>}
      <select
        id={id}
        name={props.name}
        required={props.required}
        aria-describedby={said}
        data-empty={props.empty}
        data-as={props.as}
      >
        {props.options.map(({ value, label }) => (
          <option value={value} selected={value === props.value}>{label}</option>
        ))}
      </select>
      <span class='wrong' id={`${id}-wrong`} data-wrong={props.name} />
    </div>
  )
}

/** One box of a list (`list`), or a yes and no of its own. */
export function Check(
  props: {
    readonly name: string
    readonly label: Child
    readonly value?: string
    readonly checked?: boolean
    readonly hint?: Child
    readonly list?: boolean
  },
) {
  return (
    <label class='check'>
      <input
        type='checkbox'
        name={props.name}
        value={props.value ?? 'true'}
        checked={props.checked}
        data-as={props.list ? 'list' : 'yes'}
      />
      <span>
        <span>{props.label}</span>
        {props.hint === undefined ? null : <span class='hint muted small'>{props.hint}</span>}
      </span>
    </label>
  )
}

export function Hidden(
  { name, value, as }: { readonly name: string; readonly value: string; readonly as?: 'json' },
) {
  return <input type='hidden' name={name} value={value} data-as={as} />
}

export function Submit(
  props: { readonly children: Child; readonly class?: string; readonly label?: string },
) {
  return (
    <button type='submit' class={props.class ?? 'primary'} aria-label={props.label}>{props.children}</button>
  )
}

/** A form that is one button: it revokes, removes or chooses something. */
export function Act(
  props: Call & {
    readonly children: Child
    readonly label?: string
    readonly class?: string
    readonly auto?: boolean
    readonly fields?: Readonly<Record<string, string>>
  },
) {
  const { children, label, class: look, fields, ...call } = props
  return (
    <Form {...call} small class='inline'>
      {Object.entries(fields ?? {}).map(([name, value]) => <Hidden name={name} value={value} />)}
      <Submit class={look ?? 'slim'} {...(label === undefined ? {} : { label })}>{children}</Submit>
    </Form>
  )
}
