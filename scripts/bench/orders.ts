/** The table that is measured with: eight columns of the usual types, some 130 bytes a row. */
export const columns =
  `id bigint, customer_id bigint, name text, amount numeric(12,2), created_at timestamptz, paid boolean,
  note text, ratio double precision`

export const rowsSql = (rows: number) =>
  `select g::bigint, (g::bigint * 7919) % 1000003, md5(g::text), ((g % 100000)::numeric / 100)::numeric(12,2),
  '2020-01-01'::timestamptz + g * interval '37 seconds', g % 3 = 0,
  case when g % 11 = 0 then null else 'note ' || g || ', with "quotes" and ' || md5((g * 3)::text) end,
  (g % 5000)::float8 / 7 from generate_series(1, ${rows}) g`
