/** Of the passwords that are tried first everywhere, those that are long enough to get past the contract. */
const common = new Set(
  (
    '12345678 123456789 1234567890 0123456789 987654321 87654321 11111111 00000000 88888888 12341234 123123123 ' +
    '1q2w3e4r 1qaz2wsx q1w2e3r4 qwertyui qwertyuiop qwerty123 qwerty12 qwerty1234 asdfghjkl asdfasdf zxcvbnm1 ' +
    'password password1 password12 password123 passw0rd p@ssw0rd p@ssword iloveyou sunshine princess football ' +
    'baseball superman batman123 michelle jennifer trustno1 starwars whatever welcome1 welcome123 abcd1234 ' +
    'abc12345 a1b2c3d4 letmein1 letmein123 admin123 administrator changeme changeme1 computer internet ' +
    'access14 master123 dragon123 monkey123 football1 charlie1 passwort passwort1 hallo123 schatz123 ' +
    'azertyuiop motdepasse contraseña 1234qwer qwer1234 asdf1234 test1234 guest123 login123 liverpool chocolate'
  ).split(' '),
)

/** Whether a password would be among the first guesses: a common one, one sign again and again, or the e-mail address. */
export function isWeakPassword(password: string, email: string): boolean {
  const folded = password.normalize('NFKC').toLowerCase()
  const address = email.toLowerCase()
  return (
    common.has(folded) ||
    new Set(folded).size < 3 ||
    folded === address ||
    folded === address.slice(0, address.indexOf('@'))
  )
}
