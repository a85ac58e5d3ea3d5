/** One point of the architecture checklist. */
export interface Point {
  readonly title: string
  /** What shows that it holds, a sentence each. */
  readonly evidence: readonly string[]
  /** What is missing, a sentence each; empty if the point holds. */
  readonly missing: readonly string[]
}

/** Reads a file of the repository by its path; undefined if it does not exist. */
export type ReadFile = (path: string) => Promise<string | undefined>

/** Which of these pages do not exist, or lack a text that they have to contain. */
export async function missingPages(
  read: ReadFile,
  pages: readonly { readonly path: string; readonly texts?: readonly string[] }[],
): Promise<string[]> {
  const found = await Promise.all(
    pages.map(async ({ path, texts = [] }) => {
      const page = await read(path)
      if (page === undefined) return [`there is no ${path}`]
      return texts.filter((text) => !page.includes(text)).map((text) => `${path} does not contain ${text}`)
    }),
  )
  return found.flat()
}

/** "1 saga", "2 sagas". */
export function counted(count: number, singular: string, plural = `${singular}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? singular : plural}`
}
