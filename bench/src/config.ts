/** The environment that systems under test inherit. */
export function benchEnvironment(): Record<string, string | undefined> {
  return { ...process.env }
}
