import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../support/processes.js';

/** A fenced block of code. */
export interface Block {
  language: string;
  code: string;
  /** Where it begins in its file. */
  line: number;
  /** What a hidden comment before it, and one after it, add to make it a whole program. */
  before: string;
  after: string;
}

/** The documentation, as paths in the package. */
export const pages = ['README.md', 'examples/README.md', ...readdirSync(join(root, 'docs')).filter(isMarkdown).map((name) => `docs/${name}`)];

export function textOf(page: string): string {
  return readFileSync(join(root, page), 'utf8');
}

const BLOCK = /(?:^<!-- before\n([^]*?)^-->\n)?^```(\w*)\n([^]*?)^```\n(?:\n?^<!-- after\n([^]*?)^-->\n)?/gm;

/**
 * The blocks of a page. Those that need something to run have it in comments that a reader does not see:
 * `<!-- before`, code, `-->` on the lines before the block, and `<!-- after` on the lines behind it.
 */
export function blocksOf(page: string): Block[] {
  const text = textOf(page);
  return Array.from(text.matchAll(BLOCK), ({ 0: whole, 1: before = '', 2: language, 3: code, 4: after = '', index }) => {
    const line = text.slice(0, index + whole.indexOf('```')).split('\n').length;
    return { language, code, line, before, after };
  });
}

/** A heading and the text below it, up to the next of the same level or a higher one. */
export interface Section {
  level: number;
  title: string;
  text: string;
}

export function sectionsOf(page: string): Section[] {
  // A line of a program may start with # as well.
  const text = textOf(page).replaceAll(/^```[^]*?^```\n/gm, '');
  const headings = Array.from(text.matchAll(/^(#+) (.*)\n/gm));
  return headings.map(({ 0: whole, 1: marks, 2: title, index }, i) => {
    const next = headings.slice(i + 1).find(([, other]) => other.length <= marks.length);
    return { level: marks.length, title, text: text.slice(index + whole.length, next?.index) };
  });
}

/** The targets of a page's links and pictures. */
export function linksOf(page: string): string[] {
  const text = textOf(page).replaceAll(/^```[^]*?^```\n|`[^`\n]*`/gm, (code) => (code.startsWith('```') ? '' : 'code'));
  return Array.from(text.matchAll(/\]\(([^)\s]+)\)/g), ([, target]) => target);
}

/** The name by which a link finds a heading, as GitHub makes it. */
export function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
}

function isMarkdown(name: string): boolean {
  return name.endsWith('.md');
}
