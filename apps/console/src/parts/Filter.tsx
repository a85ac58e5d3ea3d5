import { NativeSelect, TextInput } from '@mantine/core'
import { useState } from 'react'

interface ChoiceProps {
  readonly label: string
  /** What no choice means. */
  readonly all?: string
  readonly value: string | undefined
  readonly options: readonly string[]
  readonly onChange: (value: string | undefined) => void
}

/** A filter with a few values. */
export function Choice({ label, all = 'All', value, options, onChange }: ChoiceProps) {
  const data = [
    { value: '', label: all },
    ...options.map((option) => ({ value: option, label: option.replaceAll('_', ' ') })),
  ]
  return (
    <NativeSelect
      label={label}
      data={data}
      value={value ?? ''}
      onChange={({ currentTarget }) => onChange(currentTarget.value === '' ? undefined : currentTarget.value)}
    />
  )
}

interface TextProps {
  readonly label: string
  readonly value: string | undefined
  readonly placeholder?: string
  readonly onChange: (value: string | undefined) => void
}

/** A filter by a text, which applies with Enter or when the field is left. */
export function TextFilter({ label, value, placeholder, onChange }: TextProps) {
  const [text, setText] = useState(value ?? '')
  const [known, setKnown] = useState(value)
  if (known !== value) {
    setKnown(value)
    setText(value ?? '')
  }
  const apply = () => text.trim() !== (value ?? '') && onChange(text.trim() === '' ? undefined : text.trim())
  return (
    <TextInput
      label={label}
      value={text}
      {...(placeholder === undefined ? {} : { placeholder })}
      onChange={({ currentTarget }) => setText(currentTarget.value)}
      onBlur={apply}
      onKeyDown={({ key }) => key === 'Enter' && apply()}
    />
  )
}
