/** What a collector stores instead of a value when a project has too many different ones. */
export const otherValue = '(other)'
