/** An answer that says more than its body: cookies, or where to go on. */

/** On every answer: it is what it says that it is, and nobody frames it. A page may say more of the second. */
export const safeHeaders = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "frame-ancestors 'none'",
} as const

const MADE = Symbol('answer')

export interface Answer<Body> {
  readonly [MADE]: true
  readonly body: Body
  /** Values of `Set-Cookie`, whole. */
  readonly cookies: readonly string[]
  /** Where the browser goes on: the answer is then 303 and has no body. */
  readonly location: string | null
}

export function answer<Body>(
  body: Body,
  { cookies = [], location = null }: {
    readonly cookies?: readonly string[]
    readonly location?: string | null
  },
): Answer<Body> {
  return { [MADE]: true, body, cookies, location }
}

/** The answer that a handler gave, which may be the body alone. */
export function answerOf(reply: unknown): Answer<unknown> {
  return isAnswer(reply) ? reply : { [MADE]: true, body: reply, cookies: [], location: null }
}

function isAnswer(reply: unknown): reply is Answer<unknown> {
  return typeof reply === 'object' && reply !== null && MADE in reply
}
