/** ISO codes of the countries as the source spells them; null where it does not say. */
const CODES: Readonly<Record<string, string | null>> = {
  'United Kingdom': 'GB',
  EIRE: 'IE',
  RSA: 'ZA',
  'Channel Islands': 'JE',
  USA: 'US',
  Australia: 'AU',
  Austria: 'AT',
  Bahrain: 'BH',
  Belgium: 'BE',
  Brazil: 'BR',
  Canada: 'CA',
  Cyprus: 'CY',
  'Czech Republic': 'CZ',
  Denmark: 'DK',
  Finland: 'FI',
  France: 'FR',
  Germany: 'DE',
  Greece: 'GR',
  'Hong Kong': 'HK',
  Iceland: 'IS',
  Israel: 'IL',
  Italy: 'IT',
  Japan: 'JP',
  Lebanon: 'LB',
  Lithuania: 'LT',
  Malta: 'MT',
  Netherlands: 'NL',
  Norway: 'NO',
  Poland: 'PL',
  Portugal: 'PT',
  'Saudi Arabia': 'SA',
  Singapore: 'SG',
  Spain: 'ES',
  Sweden: 'SE',
  Switzerland: 'CH',
  'United Arab Emirates': 'AE',
  Unspecified: null,
  'European Community': null,
};

export function countryCode(country: string): string | null {
  const code = CODES[country];
  if (code === undefined) {
    throw new Error(`no ISO code known for country "${country}"`);
  }
  return code;
}

/** Only these have VAT, inside the price. */
export function hasVat(country: string): boolean {
  return country === 'United Kingdom';
}

export function currencyOf(country: string): 'GBP' | 'EUR' | 'USD' {
  switch (country) {
    case 'Germany':
    case 'EIRE':
      return 'EUR';
    case 'USA':
      return 'USD';
    default:
      return 'GBP';
  }
}
