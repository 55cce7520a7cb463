/// <reference lib="dom" />
/** The menu of a narrow screen, and lists that close when they are left. */

export function startMenu(): void {
  const button = document.querySelector<HTMLButtonElement>('[data-menu]')
  const rail = document.querySelector('#rail')
  button?.addEventListener('click', () => {
    const open = rail?.toggleAttribute('data-open') ?? false
    button.setAttribute('aria-expanded', String(open))
  })
  for (const list of document.querySelectorAll<HTMLDetailsElement>('details.switcher')) {
    list.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || !list.open) return
      list.open = false
      list.querySelector('summary')?.focus()
    })
    list.addEventListener('focusout', (event) => {
      if (event.relatedTarget instanceof Node && !list.contains(event.relatedTarget)) list.open = false
    })
  }
}
