/** The page for what went wrong. */
import type { Fault } from '../../../shared/faults.ts'
import type { Html } from '../../http/page_route.ts'
import { gate, room } from '../frame.tsx'
import type { ConsoleVisitor } from '../visitor.ts'

interface Said {
  readonly title: string
  readonly text: string
}

const byStatus: Readonly<Record<number, Said>> = {
  400: { title: 'This address does not make sense', text: 'A part of it is cut off or misspelt.' },
  403: {
    title: 'You may not see this',
    text:
      'Your roles in this tenant do not hold what this page needs. Who manages its members can change that.',
  },
  404: {
    title: 'Nothing is here',
    text:
      'The page does not exist, or what it was about is gone, or it belongs to a tenant that you are not in.',
  },
  429: { title: 'Too many at once', text: 'Wait a minute and open the page again.' },
  503: { title: 'The edge cannot work just now', text: 'Wait a moment and open the page again.' },
}

const otherwise: Said = {
  title: 'Something went wrong here',
  text:
    'It is in the edge’s log. Open the page again; if it stays so, tell who runs this installation the number below.',
}

export function faultPage(
  fault: Fault,
  shown: {
    readonly status: number
    readonly requestId: string
    readonly nonce: string
    readonly path: string
    readonly visitor: ConsoleVisitor | null
  },
): Html {
  const { title, text } = byStatus[shown.status] ?? otherwise
  const body = (
    <>
      <p>{text}</p>
      <p class='muted small'>
        <code>{fault.code}</code> · <code>{shown.requestId}</code>
      </p>
      <div class='row'>
        <a class='button primary' href='/console'>To the console</a>
      </div>
    </>
  )
  const { visitor } = shown
  return visitor === null
    ? gate(shown, { title, children: body })
    : room({ ...shown, visitor }, { title, children: <section class='card'>{body}</section> })
}
