/** Sets variables of this process, where the SDK reads them, and gives what they were. */
export function setEnv(
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  const was = Object.fromEntries(Object.keys(env).map((key) => [key, process.env[key]]))
  for (const [key, value] of Object.entries(env)) {
    if (value === undefined) delete process.env[key]
    else process.env[key] = value
  }
  return was
}
