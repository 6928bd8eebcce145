import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.document.*;
import org.apache.lucene.facet.FacetResult;
import org.apache.lucene.facet.Facets;
import org.apache.lucene.facet.FacetsCollector;
import org.apache.lucene.facet.FacetsConfig;
import org.apache.lucene.facet.LabelAndValue;
import org.apache.lucene.facet.sortedset.DefaultSortedSetDocValuesReaderState;
import org.apache.lucene.facet.sortedset.SortedSetDocValuesFacetCounts;
import org.apache.lucene.facet.sortedset.SortedSetDocValuesFacetField;
import org.apache.lucene.facet.sortedset.SortedSetDocValuesReaderState;
import org.apache.lucene.index.*;
import org.apache.lucene.search.*;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.BytesRef;

/** Search of Lucene: Search FOLDER, with what ours wrote there. Commands as in search/ours.cc. */
final class Search {
  private static final int PAGE = 50;
  private static final Sort BY_TITLE =
      new Sort(
          new SortField("title", SortField.Type.STRING), new SortField("name", SortField.Type.STRING));

  private record Asked(String row, Query query, Sort sort, String[] facets) {}

  private record Answer(long total, ScoreDoc[] hits, List<FacetResult> facets) {}

  /** Words as they stand. */
  private static final class Listed extends TokenStream {
    private final CharTermAttribute term = addAttribute(CharTermAttribute.class);
    private final String[] words;
    private int next;

    Listed(String[] words) {
      this.words = words;
    }

    @Override
    public boolean incrementToken() {
      if (next == words.length) return false;
      clearAttributes();
      term.append(words[next++]);
      return true;
    }
  }

  private final Path folder;
  private final FacetsConfig config = new FacetsConfig();
  private final List<Asked> queries = new ArrayList<>();
  private IndexWriter writer;
  private DirectoryReader reader;
  private IndexSearcher searcher;
  private SortedSetDocValuesReaderState facetState;
  private BufferedReader changes;

  private Search(Path folder) throws Exception {
    this.folder = folder;
    for (String field : List.of("types", "states", "label_levels", "sectors")) {
      config.setMultiValued(field, true);
    }
    for (String line : Files.readAllLines(folder.resolve("queries.tsv"))) queries.add(asked(line));
  }

  // Fields: row, words, regions, programmes, label levels, latitude, longitude, radius, order, facets.
  private static Asked asked(String line) {
    String[] fields = line.split("\t", -1);
    BooleanQuery.Builder query = new BooleanQuery.Builder();
    query.add(new TermQuery(new Term("public", "1")), BooleanClause.Occur.FILTER);
    for (String word : Serve.values(fields[1])) addWord(word, query);
    for (String code : Serve.values(fields[2])) filter("code", code, query);
    for (String programme : Serve.values(fields[3])) filter("programme", programme, query);
    for (String level : Serve.values(fields[4])) filter("level", level, query);
    Sort sort = fields[8].equals("title") ? BY_TITLE : null;
    if (!fields[5].isEmpty()) {
      double latitude = Double.parseDouble(fields[5]);
      double longitude = Double.parseDouble(fields[6]);
      query.add(
          LatLonPoint.newDistanceQuery("point", latitude, longitude, Double.parseDouble(fields[7])),
          BooleanClause.Occur.FILTER);
      if (fields[8].equals("distance")) {
        sort =
            new Sort(
                LatLonDocValuesField.newDistanceSort("point", latitude, longitude),
                new SortField("name", SortField.Type.STRING));
      }
    }
    return new Asked(fields[0], simplest(query.build()), sort, Serve.values(fields[9]));
  }

  /** A query of one clause counts faster without the others around it. */
  private static Query simplest(BooleanQuery query) {
    return query.clauses().size() == 1 ? query.clauses().get(0).getQuery() : query;
  }

  private static void filter(String field, String value, BooleanQuery.Builder query) {
    query.add(new TermQuery(new Term(field, value)), BooleanClause.Occur.FILTER);
  }

  // Of the title four times.
  private static void addWord(String word, BooleanQuery.Builder query) {
    if (word.endsWith("*")) {
      Term prefix = new Term("token", word.substring(0, word.length() - 1));
      query.add(new PrefixQuery(prefix), BooleanClause.Occur.MUST);
      return;
    }
    query.add(new TermQuery(new Term("token", word)), BooleanClause.Occur.MUST);
    query.add(
        new BoostQuery(new TermQuery(new Term("title_token", word)), 4), BooleanClause.Occur.SHOULD);
  }

  // Fields: number, name, type, state, public, title's key, tokens, tokens of the title, codes,
  // programmes, label levels, latitude, longitude.
  private Document document(String[] fields) throws Exception {
    Document document = new Document();
    document.add(new StringField("name", fields[1], Field.Store.YES));
    document.add(new SortedDocValuesField("name", new BytesRef(fields[1])));
    document.add(
        new SortedDocValuesField("title", new BytesRef(HexFormat.of().parseHex(fields[5]))));
    document.add(new StringField("public", fields[4], Field.Store.NO));
    document.add(new TextField("token", new Listed(Serve.values(fields[6]))));
    document.add(new TextField("title_token", new Listed(Serve.values(fields[7]))));
    document.add(new SortedSetDocValuesFacetField("types", fields[2]));
    document.add(new SortedSetDocValuesFacetField("states", fields[3]));
    for (String code : Serve.values(fields[8])) {
      document.add(new StringField("code", code, Field.Store.NO));
      if (!code.startsWith("nuts:") && !code.startsWith("iso:")) {
        document.add(new SortedSetDocValuesFacetField("sectors", code));
      }
    }
    for (String programme : Serve.values(fields[9])) {
      document.add(new StringField("programme", programme, Field.Store.NO));
    }
    for (String level : Serve.values(fields[10])) {
      document.add(new StringField("level", level, Field.Store.NO));
      document.add(new SortedSetDocValuesFacetField("label_levels", level));
    }
    if (!fields[11].isEmpty()) {
      double latitude = Double.parseDouble(fields[11]);
      double longitude = Double.parseDouble(fields[12]);
      document.add(new LatLonPoint("point", latitude, longitude));
      document.add(new LatLonDocValuesField("point", latitude, longitude));
    }
    return config.build(document);
  }

  private void build(String[] words) throws Exception {
    Path index = folder.resolve("lucene");
    boolean there = Files.exists(folder.resolve("lucene.built"));
    writer =
        new IndexWriter(
            FSDirectory.open(index),
            new IndexWriterConfig(new StandardAnalyzer())
                .setIndexSort(BY_TITLE)
                .setRAMBufferSizeMB(256)
                .setOpenMode(there ? IndexWriterConfig.OpenMode.APPEND : IndexWriterConfig.OpenMode.CREATE));
    Serve.Times times = new Serve.Times();
    if (!there) addAll(times);
    refresh();
    long bytes = 0;
    for (String file : writer.getDirectory().listAll()) {
      bytes += writer.getDirectory().fileLength(file);
    }
    if (!there) Serve.say("seconds", times.total);
    Serve.say("bytes_per_document", (double) bytes / reader.numDocs());
  }

  // What is kept is what is committed here: changes are not.
  private void addAll(Serve.Times times) throws Exception {
    try (BufferedReader lines = Files.newBufferedReader(folder.resolve("documents.tsv"))) {
      times.measure(
          () -> {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
              writer.addDocument(document(line.split("\t", -1)));
            }
            writer.commit();
          });
    }
    Files.createFile(folder.resolve("lucene.built"));
  }

  private void refresh() throws Exception {
    DirectoryReader newer =
        reader == null ? DirectoryReader.open(writer) : DirectoryReader.openIfChanged(reader);
    if (newer == null) return;
    if (reader != null) reader.close();
    reader = newer;
    searcher = new IndexSearcher(reader);
    searcher.setQueryCache(null); // each answer is found, not remembered
    facetState = null;
  }

  private Answer search(Asked asked) throws Exception {
    if (asked.facets.length > 0) return searchWithFacets(asked);
    if (asked.sort != BY_TITLE) {
      TopDocs top =
          asked.sort == null
              ? searcher.search(
                  asked.query, new TopScoreDocCollectorManager(PAGE, null, Integer.MAX_VALUE))
              : searcher.search(
                  asked.query,
                  new TopFieldCollectorManager(asked.sort, PAGE, null, Integer.MAX_VALUE));
      return new Answer(top.totalHits.value, named(top.scoreDocs), List.of());
    }
    // The index is sorted so: the first fifty are at its beginning.
    TopDocs top =
        searcher.search(asked.query, new TopFieldCollectorManager(asked.sort, PAGE, null, PAGE));
    return new Answer(searcher.count(asked.query), named(top.scoreDocs), List.of());
  }

  private Answer searchWithFacets(Asked asked) throws Exception {
    if (facetState == null) facetState = new DefaultSortedSetDocValuesReaderState(reader, config);
    FacetsCollector collector = new FacetsCollector();
    TopDocs top =
        asked.sort == null
            ? FacetsCollector.search(searcher, asked.query, PAGE, collector)
            : FacetsCollector.search(searcher, asked.query, PAGE, asked.sort, collector);
    Facets facets = new SortedSetDocValuesFacetCounts(facetState, collector);
    List<FacetResult> results = new ArrayList<>();
    long total = 0;
    for (FacetsCollector.MatchingDocs docs : collector.getMatchingDocs()) total += docs.totalHits;
    for (String field : asked.facets) results.add(facets.getTopChildren(100, field));
    return new Answer(total, named(top.scoreDocs), results);
  }

  /** With what a page shows read. */
  private ScoreDoc[] named(ScoreDoc[] hits) throws Exception {
    StoredFields stored = searcher.storedFields();
    for (ScoreDoc hit : hits) stored.document(hit.doc);
    return hits;
  }

  private void answer(String[] words) throws Exception {
    int number = 0;
    for (Asked asked : row(words[0])) {
      Answer answer = search(asked);
      List<String> names = new ArrayList<>();
      for (ScoreDoc hit : answer.hits) {
        names.add(searcher.storedFields().document(hit.doc).get("name"));
      }
      List<String> facets = new ArrayList<>();
      for (FacetResult result : answer.facets) {
        if (result == null) continue;
        for (LabelAndValue value : result.labelValues) {
          facets.add(result.dim + "=" + value.label + "=" + value.value);
        }
      }
      System.out.println(
          String.join(
              " ",
              "answer",
              String.valueOf(number++),
              String.valueOf(answer.total),
              String.join(",", names),
              String.join(",", facets)));
    }
  }

  private List<Asked> row(String name) {
    return queries.stream().filter(asked -> asked.row.equals(name)).toList();
  }

  private void measureRow(String[] words) throws Exception {
    double seconds = Double.parseDouble(words[1]);
    List<Asked> row = row(words[0]);
    Serve.Times times = new Serve.Times();
    while (times.total < seconds) {
      for (Asked asked : row) times.measure(() -> search(asked));
    }
    times.print();
  }

  // Each group is written and then visible.
  private void changes(String[] words) throws Exception {
    int count = Integer.parseInt(words[0]);
    int group = Integer.parseInt(words[1]);
    if (changes == null) changes = Files.newBufferedReader(folder.resolve("changes.tsv"));
    Serve.Times times = new Serve.Times();
    for (int done = 0; done < count; done += group) {
      String[] lines = new String[group];
      for (int i = 0; i < group; ++i) lines[i] = changes.readLine();
      times.measure(
          () -> {
            for (String line : lines) {
              String[] fields = line.split("\t", -1);
              Term name = new Term("name", fields[1]);
              if (fields.length == 2) {
                writer.deleteDocuments(name);
              } else {
                writer.updateDocument(name, document(fields));
              }
            }
            refresh();
          });
    }
    times.print();
    Serve.say("changes_per_second", times.size() * group / times.total);
  }

  public static void main(String[] arguments) throws Exception {
    Search search = new Search(Path.of(arguments[0]));
    Serve.serve(
        Map.of(
            "build", search::build,
            "answer", search::answer,
            "row", search::measureRow,
            "changes", search::changes));
  }
}
