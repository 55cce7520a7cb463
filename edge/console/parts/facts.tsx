/** What is known of one thing, as a card of names and values. */

/** A name and its value; null: there is nothing to say of it. */
export type Fact = readonly [name: string, value: unknown]

export function Facts({ title, facts }: { readonly title: string; readonly facts: readonly Fact[] }) {
  return (
    <section class='card' aria-labelledby='facts'>
      <h2 id='facts'>{title}</h2>
      <dl class='facts pairs'>
        {facts.filter(([, value]) => value !== null).map(([name, value]) => (
          <div>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
