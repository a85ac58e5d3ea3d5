/** `AUDIT_SCALE=1`: the test of scale runs with a million rows and prints what it took. */
export function isAtScale(): boolean {
  return process.env['AUDIT_SCALE'] === '1'
}
