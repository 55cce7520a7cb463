import type { z } from 'zod'

export type Judged<T> =
  | { readonly success: true; readonly data: T }
  | { readonly success: false; readonly error: z.ZodError | null }

/**
 * `schema.safeParse`, for what others have written. The library's checks of lengths ask any object with a `length`, and
 * comparing one whose `toString` is no function throws; here that is a refusal too, with no place to name.
 */
export function judge<T>(schema: z.ZodType<T>, value: unknown): Judged<T> {
  try {
    return schema.safeParse(value)
  } catch {
    return { success: false, error: null }
  }
}
