/** A file that is made from the contracts and settings, or has a part that is. */
export interface MadeFile {
  readonly path: string
  readonly before: string
  /** What it has to be. */
  readonly after: string
}
