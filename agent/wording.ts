/** What a schema complains about, in the words of the people whose file it is. No value is quoted. */
import type { z } from 'zod'

const wanted: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list, like [id]',
  object: 'a group of keys',
  record: 'a group of keys',
}

/** Of one issue; what a schema says in words of its own stays as it is. */
export function issueText(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'unrecognized_keys':
      return `there is no key ${issue.keys.map((key) => `"${key}"`).join(', ')}`
    case 'invalid_type':
      if (!/^Invalid input: expected/.test(issue.message)) return issue.message
      if (issue.message.endsWith('received undefined')) return 'it is missing'
      return `it has to be ${wanted[issue.expected] ?? issue.expected}`
    case 'invalid_value':
      if (!/^Invalid (option|input)/.test(issue.message)) return issue.message
      return `it is one of ${issue.values.map(String).join(', ')}`
    case 'too_small':
      if (!issue.message.startsWith('Too small')) return issue.message
      return `it is too small: at least ${amountText(issue.origin, issue.minimum)}`
    case 'too_big':
      if (!issue.message.startsWith('Too big')) return issue.message
      return `it is too big: at most ${amountText(issue.origin, issue.maximum)}`
    default:
      return issue.message
  }
}

const units: Readonly<Record<string, string>> = { string: 'character', array: 'entry' }

function amountText(origin: string, count: number | bigint): string {
  const unit = units[origin]
  if (unit === undefined) return String(count)
  return `${count} ${Number(count) === 1 ? unit : unit.replace(/y$/, 'ie') + 's'}`
}

/** A key that is wrong comes before those that are missing: most often it is one of them, misspelt. */
export function firstIssue(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue | undefined {
  return issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]
}
