/** Our own signs in ASCII, one cell for one cell: for terminals and eyes that want nothing else. Pure. */

const plain: Readonly<Record<string, string>> = {
  '…': '~',
  '·': '-',
  '•': '*',
  '›': '>',
  '─': '-',
  '└': '`',
  '│': '|',
  '✓': '+',
  '✔': '+',
  '✗': 'x',
  '■': '#',
  '□': 'o',
  '⚠': '!',
  '↳': '>',
  '↓': 'v',
  '↑': '^',
  '←': '<',
  '→': '>',
  '−': '-',
  '×': 'x',
  '⋮': ':',
  '▸': '>',
  '◐': '~',
  '‖': '=',
};
const signs = new RegExp(`[${Object.keys(plain).join('')}]`, 'gu');

export const asciiSigns = (line: string): string => line.replaceAll(signs, (sign) => plain[sign]!);
