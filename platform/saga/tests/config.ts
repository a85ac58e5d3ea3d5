/** `SAGA_SCALE=1`: the tests of scale run with the number of rows of a busy year and print what they took. */
export function isFullScale(): boolean {
  return process.env['SAGA_SCALE'] === '1'
}
