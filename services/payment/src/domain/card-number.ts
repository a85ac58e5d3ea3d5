const fewestDigits = 12
const mostDigits = 19

/**
 * Whether a text holds what looks like a card number: 12 to 19 digits that pass the Luhn check (ISO/IEC 7812-1), in one
 * piece or in groups with blanks, dashes, dots or the like between them.
 */
export function holdsCardNumber(text: string): boolean {
  // NFKC, so that full-width digits count as well
  for (const [run] of text.normalize('NFKC').matchAll(/\d(?:[\s\p{Pd}.,:/_]*\d)*/gu)) {
    if (holdsValidGroups(run.split(/\D+/))) return true
  }
  return false
}

function holdsValidGroups(groups: readonly string[]): boolean {
  return groups.some((_, from) => {
    let digits = ''
    for (const group of groups.slice(from)) {
      digits += group
      if (digits.length > mostDigits) return false
      if (digits.length >= fewestDigits && passesLuhn(digits)) return true
    }
    return false
  })
}

function passesLuhn(digits: string): boolean {
  let sum = 0
  for (let at = 0; at < digits.length; at += 1) {
    const digit = Number(digits[digits.length - 1 - at])
    const doubled = at % 2 === 1 ? digit * 2 : digit
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return sum % 10 === 0
}
