import type { Child } from 'hono/jsx'

export interface Column<Row> {
  readonly head: string
  readonly cell: (row: Row) => Child
  /** The buttons at the end of the row; its head is for screen readers alone. */
  readonly acts?: boolean
}

/** A table with its caption; the first column names the row. Without rows it says what to do. */
export function Table<Row>(
  props: {
    readonly caption: string
    readonly rows: readonly Row[]
    readonly columns: readonly Column<Row>[]
    readonly empty: Child
    /** Address of the next page, where there is one. */
    readonly more?: string | null
  },
) {
  const { caption, rows, columns, empty, more } = props
  if (rows.length === 0) {
    return (
      <section class='card' aria-label={caption}>
        <div class='empty'>{empty}</div>
      </section>
    )
  }
  return (
    <div class='stack'>
      <div class='table' role='region' aria-label={caption} tabindex={0}>
        <table class='rows'>
          <caption>{caption}</caption>
          <thead>
            <tr>
              {columns.map(({ head, acts }) => (
                <th scope='col'>{acts ? <span class='visually-hidden'>{head}</span> : head}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr>
                {columns.map(({ head, cell, acts }, i) =>
                  i === 0
                    ? <th scope='row'>{cell(row)}</th>
                    : (
                      <td class={acts ? 'acts' : undefined} data-label={acts ? undefined : head}>
                        {cell(row)}
                      </td>
                    )
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {more ? <a class='button' href={more}>Show more</a> : null}
    </div>
  )
}
