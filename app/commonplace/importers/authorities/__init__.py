"""Ask ORCID, ROR, OpenAlex and OpenCitations for records, with the client and the limits of DOI fetching."""
