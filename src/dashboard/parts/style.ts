import {createHash} from 'node:crypto'

/** The paper and the cards that colours are drawn on. */
export const papers = {light: ['#ffffff', '#f4f6f8'], dark: ['#121518', '#181c20', '#1d2227']} as const

/**
 * Colours of series, from the palette of Okabe and Ito where it has enough contrast on paper. A test checks that each
 * differs from the paper, and any two that a chart has from each other, also for readers who see fewer colours.
 */
export const tones = {
  blue: {light: '#0072b2', dark: '#5ca3db'},
  orange: {light: '#d55e00', dark: '#e1480e'},
  green: {light: '#22662f', dark: '#b3f0af'},
  red: {light: '#b95752', dark: '#bf5a53'},
  purple: {light: '#b062f2', dark: '#9f4ee6'},
  teal: {light: '#009c95', dark: '#7ff5f8'},
  gold: {light: '#583301', dark: '#f4d22c'},
  grey: {light: '#414242', dark: '#8c98a1'},
} as const

const writeTones = (mode: 'light' | 'dark'): string =>
  Object.entries(tones)
    .map(([name, tone]) => `--${name}:${tone[mode]}`)
    .join(';')

const light = `--paper:#ffffff;--card:#ffffff;--ink:#1b1f24;--soft:#57606a;--edge:#d5dae0;--grid:#e6e9ed;--link:#0b57a4;--wash:#f4f6f8;
${writeTones('light')}`
const dark = `--paper:#121518;--card:#181c20;--ink:#e9ebee;--soft:#a6aeb8;--edge:#343b43;--grid:#2a3037;--link:#83b7f2;--wash:#1d2227;
${writeTones('dark')}`

/** The style of every page and of the report. It is inside the page and loads nothing. */
export const style = `
:root{color-scheme:light dark;${light}}
@media (prefers-color-scheme:dark){:root{${dark}}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif;overflow-wrap:break-word}
header,main,footer{max-width:68rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:1.5rem}
a{color:var(--link)}
h1{font-size:1.75rem;line-height:1.2;margin:0}
h2{font-size:1.15rem;line-height:1.3;margin:0}
.lead{color:var(--soft);margin:.35rem 0 0}
nav ul{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;list-style:none;margin:1rem 0 0;padding:0;border-bottom:1px solid var(--edge)}
nav a{display:inline-block;padding:.4rem 0;text-decoration:none;border-bottom:3px solid transparent}
nav a:hover{border-color:var(--edge)}
nav a[aria-current]{color:var(--ink);border-color:var(--blue);font-weight:600}
.filters{margin:1rem 0 0}
.filters summary{cursor:pointer;color:var(--link)}
.filters form{display:flex;flex-wrap:wrap;gap:.75rem 1rem;align-items:end;background:var(--wash);padding:1rem;border-radius:.5rem;margin-top:.5rem}
label{display:block;font-size:.85rem;color:var(--soft)}
input,select,button{font:inherit;color:var(--ink);background:var(--card);border:1px solid var(--soft);border-radius:.3rem;padding:.3rem .5rem;max-width:100%}
button{cursor:pointer;background:var(--link);color:var(--paper);border-color:var(--link)}
.chips{display:flex;flex-wrap:wrap;gap:.4rem 1rem;list-style:none;padding:0;margin:.75rem 0 0;font-size:.95rem}
.chips a[aria-current]{color:var(--ink);font-weight:600;text-decoration:none}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:1rem;margin:1.5rem 0 0;padding:0}
.tiles div{background:var(--wash);border-radius:.5rem;padding:.8rem 1rem}
.tiles dt{color:var(--soft);font-size:.9rem}
.tiles dd{margin:0}
.tiles .big{font-size:1.6rem;font-weight:600;line-height:1.25;font-variant-numeric:tabular-nums}
.tiles .note{color:var(--soft);font-size:.85rem;line-height:1.35}
section{margin:2.25rem 0 0}
section>p{margin:.3rem 0 .6rem;max-width:46rem}
svg.wide,svg.narrow{width:100%;height:auto}
svg.wide{display:block}
svg.narrow{display:none}
svg text{font-size:13px;fill:var(--soft);font-family:inherit;font-variant-numeric:tabular-nums}
.grid{stroke:var(--grid)}
.base{stroke:var(--soft)}
${Object.keys(tones)
  .map(
    tone => `.${tone}{color:var(--${tone})}.${tone}:not([fill]){fill:currentColor}.line.${tone}{stroke:currentColor}`,
  )
  .join('')}
.cut{fill:none;stroke:var(--soft)}
.mark{stroke:var(--soft);stroke-dasharray:2 3}
.texture{fill:none;stroke:var(--paper);stroke-width:1.2}
.pale{color:var(--blue);fill:currentColor;fill-opacity:.35}
.line{fill:none!important;stroke-width:2;stroke-linejoin:round}
.band{fill-opacity:.18}
.maybe,g.unfinished rect{fill-opacity:.3;stroke:currentColor;stroke-dasharray:3 2}
.hollow{fill:var(--paper)!important;stroke:currentColor;stroke-width:1.5}
.legend{display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;list-style:none;margin:0 0 .4rem;padding:0;font-size:.9rem;color:var(--soft)}
.key{width:.8rem;height:.8rem;border-radius:.15rem;margin-right:.4rem;vertical-align:-.05rem}
.line-key{width:1.9rem}
.scroll{overflow-x:auto;background:linear-gradient(90deg,var(--paper) 50%,transparent) 0/2.5rem 100% no-repeat local,linear-gradient(270deg,var(--paper) 50%,transparent) 100%/2.5rem 100% no-repeat local,linear-gradient(90deg,var(--edge),transparent) 0/.7rem 100% no-repeat,linear-gradient(270deg,var(--edge),transparent) 100%/.7rem 100% no-repeat}
.projects{margin-top:1.5rem}
.projects table{width:100%}
.projects thead th{white-space:normal}
.projects td,.projects time,.months th{white-space:nowrap}
.spark{display:block;width:7.5rem;height:1.75rem}
table{border-collapse:collapse;font-size:.95rem}
th,td{padding:.3rem .8rem .3rem 0;border-bottom:1px solid var(--grid);text-align:left;font-weight:400;vertical-align:middle}
thead th,thead td{color:var(--soft);font-size:.85rem;border-color:var(--edge)}
.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.bars{width:100%}
.bars tbody th{width:19rem;min-width:9rem}
.barcell{width:40%;min-width:6rem}
.bar{display:block;width:100%;height:.8rem;border-radius:.15rem}
.unfinished td,.unfinished th{font-style:italic}
.data{display:flex;flex-wrap:wrap;gap:.2rem 1rem;font-size:.9rem;color:var(--soft);margin:.5rem 0 0}
details>summary{cursor:pointer}
.chips li,.legend li,.filters label,.data details{min-width:0;max-width:100%}
.more{color:var(--soft);font-size:.9rem}
.empty{background:var(--wash);border-radius:.5rem;padding:1.5rem;margin-top:1.5rem}
.facts{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1.25rem;margin:1.25rem 0 0;font-size:.95rem}
.facts dt{grid-column:1;color:var(--soft)}
.facts dd{grid-column:2;margin:0;min-width:0}
.short p{border-left:3px solid var(--blue);padding-left:.8rem}
pre{background:var(--wash);border-radius:.3rem;padding:.6rem .8rem;white-space:pre-wrap;font-size:.85rem}
pre code{background:none;padding:0}
.prose{max-width:46rem}
.prose h2{margin-top:1.6rem}
.prose p,.prose ul{margin:.4rem 0}
.prose dt{font-weight:600}
.prose dd{margin:0 0 .3rem}
code{font-size:.92em;background:var(--wash);padding:.05rem .3rem;border-radius:.2rem}
footer{margin-top:3rem;padding-bottom:2rem;color:var(--soft);font-size:.9rem}
footer p{border-top:1px solid var(--edge);margin:0;padding-top:.8rem}
@media (max-width:40rem){
body{font-size:15px}
svg.wide{display:none}
svg.narrow{display:block}
.facts{display:block}
.spark{width:4.5rem}
.barcell{min-width:3.5rem;width:25%}
.bars tbody th{width:auto;min-width:7rem}
.many .barcell,section:has(.many) .hint{display:none}
.tiles{grid-template-columns:repeat(2,1fr);gap:.6rem}
.tiles .big{font-size:1.3rem}
}
@media print{
:root{color-scheme:light;font-size:13px;${light}}
body{font-size:10pt;print-color-adjust:exact;-webkit-print-color-adjust:exact}
header,main,footer{max-width:none;padding-left:0;padding-right:0}
svg.wide{display:block;max-height:4.3cm}
section{margin-top:1.1rem}
.tiles{grid-template-columns:repeat(5,1fr);gap:.5rem;margin-top:.8rem}
.tiles div{padding:.5rem .6rem}
.tiles .big{font-size:1.15rem}
svg.narrow{display:none}
nav,.ranges,.filters form,.filters summary,.data,.choice,.sign-in{display:none}
footer{margin-top:1.2rem;padding-bottom:0}
section,section>p,.part,.tiles,tr{break-inside:avoid}
h2,section>p:has(+:not(.data)){break-after:avoid}
.scroll{overflow:visible;background:none}
.many .barcell,section:has(.many) .hint{display:none}
.prose,section>p{max-width:none}
th,td{padding-top:.14rem;padding-bottom:.14rem}
.barcell{width:22%;min-width:4rem}
.report section:has(.bars),section:has(.bars tr:nth-child(13)),section:has(.part){break-inside:auto}
.bars tbody tr:nth-child(-n+3):not(:last-child){break-after:avoid}
a{color:inherit;text-decoration:none}
}
`

/**
 * The content security policy of served pages: this style, images and forms of the same server, no scripts, no frames.
 */
export const contentSecurityPolicy = [
  `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  "img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; script-src 'none'",
].join('; ')
