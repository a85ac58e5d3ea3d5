import { expect, test } from 'vitest'
import { attachmentName } from './attachment-name.ts'

test.each([
  ['parcel.jpg', 'image/jpeg'],
  ['PARCEL.JPEG', 'image/jpeg'],
  ['Rechnung März.pdf', 'application/pdf'],
  ['server.log', 'text/plain'],
])('%s of type %s keeps its name', (fileName, mediaType) => {
  expect(attachmentName(fileName, mediaType)).toBe(fileName)
})

test.each([
  ['order.html', 'text/plain', 'order.html.txt'],
  ['order.bat', 'text/plain', 'order.bat.txt'],
  ['scan', 'application/pdf', 'scan.pdf'],
  ['parcel.png', 'image/webp', 'parcel.png.webp'],
  ['order.pdf.', 'application/pdf', 'order.pdf..pdf'],
])('%s of type %s gets the extension of its type', (fileName, mediaType, saved) => {
  expect(attachmentName(fileName, mediaType)).toBe(saved)
})

test.each([
  ['../../etc/passwd.txt', '.._.._etc_passwd.txt'],
  ['C:\\order.txt', 'C:_order.txt'],
])('the name %j contains no path', (fileName, saved) => {
  expect(attachmentName(fileName, 'text/plain')).toBe(saved)
})
