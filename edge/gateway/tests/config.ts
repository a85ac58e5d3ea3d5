/** How many clients leave and how many never read: EXHAUSTION=10000,100 is the full size. */
export function exhaustionSize(): { readonly leaving: number; readonly silent: number } {
  const [leaving = 300, silent = 20] = (process.env['EXHAUSTION'] ?? '300,20').split(',').map(Number)
  return { leaving, silent }
}
