/** Whether this is no demonstration: no accounts with known passwords, no sample data. */
export function isProduction({ STOA_ENV, NODE_ENV }: Readonly<Record<string, string | undefined>>): boolean {
  return STOA_ENV === 'production' || NODE_ENV === 'production'
}
