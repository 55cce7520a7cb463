/** What came of signing in with another party, which leads back here by `?problem=`. */
const texts: Readonly<Record<string, string>> = {
  link_required:
    'Your mail address has an account here already. Sign in to it, then connect the other party under “Account and sign-in”.',
  provider_refused: 'The other party did not sign you in, or what it said of you is not enough.',
  provider_failed: 'The other party does not answer as it should. Try again in a moment.',
  sign_in_not_enough: 'The rules of that tenant ask for another way of signing in.',
  quota_reached: 'That tenant has as many members as this installation lets it have.',
  tenant_suspended: 'Whoever runs this installation has suspended that tenant.',
  link_invalid: 'That link was used before, or is too old.',
}

const otherwise = 'Signing in with the other party did not work. Try again, or sign in another way.'

export function Problem({ code }: { readonly code: string | undefined }) {
  return code === undefined ? null : <p class='note warn' role='status'>{texts[code] ?? otherwise}</p>
}
