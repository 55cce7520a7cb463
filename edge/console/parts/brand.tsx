/** The gate of a keep: two towers, and the small door that those inside come out by. */
export function Mark() {
  return (
    <svg viewBox='0 0 32 32' aria-hidden='true' focusable='false'>
      <path fill='currentColor' d='M4 3h5v4h4V3h6v4h4V3h5v26h-7v-9a5 5 0 0 0-10 0v9H4z' />
    </svg>
  )
}

export function Brand({ href }: { readonly href: string }) {
  return (
    <a class='brand' href={href}>
      <Mark />
      <span>Sallyport</span>
    </a>
  )
}
