import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.IntPoint;
import org.apache.lucene.document.LatLonPoint;
import org.apache.lucene.document.LongPoint;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.*;
import org.apache.lucene.index.memory.MemoryIndex;
import org.apache.lucene.search.*;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.SloppyMath;

/**
 * Matching on Lucene: Match FOLDER, with what ours wrote there. Each subscription is a document under
 * the rarest group of terms that it requires, as the presearcher of Lucene's Monitor files it; a change
 * is a query for all of its terms. What is found so is then asked: with "monitor" as the Monitor does
 * it, each subscription's query on an index of the one record in memory; with "columns" by its other
 * groups, kept as numbers beside it. Commands as in match/ours.cc, "build KIND" but for.
 */
final class Match {
  private static final int NONE = Integer.MIN_VALUE;

  /** What of a record subscriptions ask. */
  private record Image(
      Set<String> names, boolean[] has, double latitude, double longitude, int first, int last, long size) {}

  private record Change(Image before, Image after) {}

  /** A subscription as columns: groups but the one it is filed under, as numbers of terms. */
  private record Subscription(
      int[][] groups,
      double latitude,
      double longitude,
      double radius,
      int first,
      long size,
      int[] excluded) {}

  private interface Verifier {
    boolean matches(int number, Image image) throws Exception;
  }

  private final Path folder;
  private final Map<String, Integer> numbers = new HashMap<>();
  private final List<Change> changes = new ArrayList<>();
  private Subscription[] subscriptions;
  private Query[] queries;
  private boolean monitor;
  private IndexSearcher searcher;
  private IndexSearcher record; // the one in memory
  private int[][] ids; // of a segment's documents

  private Match(Path folder) {
    this.folder = folder;
  }

  private int numberOf(String term) {
    return numbers.computeIfAbsent(term, unused -> numbers.size());
  }

  private static double real(String field) {
    return field.isEmpty() ? Double.NaN : Double.parseDouble(field);
  }

  private static int day(String field) {
    return field.isEmpty() ? NONE : Integer.parseInt(field);
  }

  private int[] numbersOf(String[] terms) {
    return Arrays.stream(terms).mapToInt(this::numberOf).toArray();
  }

  // Fields: number, groups, latitude, longitude, radius, first day, least size, excluded terms.
  private void add(String line, int at, IndexWriter writer) throws Exception {
    String[] fields = line.split("\t", -1);
    String[] groups = Serve.values(fields[1]);
    if (writer != null) {
      Document document = new Document();
      for (String term : groups[0].split("\\|")) {
        document.add(new StringField("term", term, Field.Store.NO));
      }
      document.add(new NumericDocValuesField("number", at));
      writer.addDocument(document);
    }
    if (monitor) {
      queries[at] = queryOf(fields, groups);
      return;
    }
    int[][] others = new int[groups.length - 1][];
    for (int i = 1; i < groups.length; ++i) others[i - 1] = numbersOf(groups[i].split("\\|"));
    subscriptions[at] =
        new Subscription(
            others,
            real(fields[2]),
            real(fields[3]),
            real(fields[4]),
            day(fields[5]),
            fields[6].isEmpty() ? NONE : Long.parseLong(fields[6]),
            numbersOf(Serve.values(fields[7])));
  }

  private static Query queryOf(String[] fields, String[] groups) {
    BooleanQuery.Builder query = new BooleanQuery.Builder();
    for (String group : groups) {
      String[] terms = group.split("\\|");
      BooleanQuery.Builder any = new BooleanQuery.Builder();
      for (String term : terms) any.add(new TermQuery(new Term("term", term)), BooleanClause.Occur.SHOULD);
      query.add(
          terms.length == 1 ? new TermQuery(new Term("term", group)) : any.build(),
          BooleanClause.Occur.FILTER);
    }
    if (!fields[4].isEmpty()) {
      query.add(
          LatLonPoint.newDistanceQuery("point", real(fields[2]), real(fields[3]), real(fields[4])),
          BooleanClause.Occur.FILTER);
    }
    if (!fields[5].isEmpty()) {
      query.add(
          IntPoint.newRangeQuery("last", day(fields[5]), Integer.MAX_VALUE), BooleanClause.Occur.FILTER);
    }
    if (!fields[6].isEmpty()) {
      query.add(
          LongPoint.newRangeQuery("size", Long.parseLong(fields[6]), Long.MAX_VALUE),
          BooleanClause.Occur.FILTER);
    }
    for (String term : Serve.values(fields[7])) {
      query.add(new TermQuery(new Term("term", term)), BooleanClause.Occur.MUST_NOT);
    }
    return query.build();
  }

  private Image image(String[] fields, int at) {
    if (fields[at].isEmpty()) return null;
    String[] terms = Serve.values(fields[at]);
    boolean[] has = new boolean[numbers.size()];
    for (String term : terms) {
      Integer number = numbers.get(term);
      if (number != null) has[number] = true;
    }
    return new Image(
        new HashSet<>(List.of(terms)),
        has,
        real(fields[at + 1]),
        real(fields[at + 2]),
        day(fields[at + 3]),
        day(fields[at + 4]),
        fields[at + 5].isEmpty() ? NONE : Long.parseLong(fields[at + 5]));
  }

  private void build(String[] words) throws Exception {
    monitor = words[0].equals("monitor");
    Path built = folder.resolve("lucene.built");
    int count = 0;
    try (var lines = Files.lines(folder.resolve("subscriptions.tsv"))) {
      count = (int) lines.count();
    }
    subscriptions = new Subscription[monitor ? 0 : count];
    queries = new Query[monitor ? count : 0];
    FSDirectory directory = FSDirectory.open(folder.resolve("lucene"));
    IndexWriter writer =
        Files.exists(built)
            ? null
            : new IndexWriter(
                directory,
                new IndexWriterConfig(new StandardAnalyzer())
                    .setRAMBufferSizeMB(256)
                    .setOpenMode(IndexWriterConfig.OpenMode.CREATE));
    Serve.Times times = new Serve.Times();
    try (BufferedReader lines = Files.newBufferedReader(folder.resolve("subscriptions.tsv"))) {
      times.measure(
          () -> {
            int at = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
              add(line, at++, writer);
            }
            if (writer != null) writer.close();
          });
    }
    if (writer != null) Files.createFile(built);
    for (String line : Files.readAllLines(folder.resolve("changes.tsv"))) {
      String[] fields = line.split("\t", -1);
      changes.add(new Change(image(fields, 1), image(fields, 7)));
    }
    DirectoryReader reader = DirectoryReader.open(directory);
    searcher = new IndexSearcher(reader);
    searcher.setQueryCache(null);
    ids = new int[reader.leaves().size()][];
    for (LeafReaderContext leaf : reader.leaves()) {
      NumericDocValues column = leaf.reader().getNumericDocValues("number");
      ids[leaf.ord] = new int[leaf.reader().maxDoc()];
      for (int doc = column.nextDoc(); doc != NumericDocValues.NO_MORE_DOCS; doc = column.nextDoc()) {
        ids[leaf.ord][doc] = (int) column.longValue();
      }
    }
    Serve.say("seconds", times.total);
  }

  private boolean matchesColumns(int number, Image image) {
    Subscription asked = subscriptions[number];
    for (int[] group : asked.groups) {
      boolean any = false;
      for (int term : group) any |= term < image.has.length && image.has[term];
      if (!any) return false;
    }
    for (int term : asked.excluded) if (image.has[term]) return false;
    if (asked.first != NONE && (image.last == NONE || image.last < asked.first)) return false;
    if (asked.size != NONE && (image.size == NONE || image.size < asked.size)) return false;
    return Double.isNaN(asked.radius)
        || SloppyMath.haversinMeters(
                asked.latitude, asked.longitude, image.latitude, image.longitude)
            <= asked.radius;
  }

  private boolean matchesQuery(int number, Image image) throws Exception {
    Weight weight = record.createWeight(queries[number], ScoreMode.COMPLETE_NO_SCORES, 1);
    Scorer scorer = weight.scorer(record.getIndexReader().leaves().get(0));
    return scorer != null && scorer.iterator().nextDoc() != DocIdSetIterator.NO_MORE_DOCS;
  }

  private static IndexSearcher inMemory(Image image) {
    MemoryIndex index = new MemoryIndex();
    index.addField("term", index.keywordTokenStream(image.names));
    StandardAnalyzer analyzer = new StandardAnalyzer();
    if (!Double.isNaN(image.latitude)) {
      index.addField(new LatLonPoint("point", image.latitude, image.longitude), analyzer);
    }
    if (image.last != NONE) index.addField(new IntPoint("last", image.last), analyzer);
    if (image.size != NONE) index.addField(new LongPoint("size", image.size), analyzer);
    IndexSearcher searcher = index.createSearcher();
    searcher.setQueryCache(null);
    return searcher;
  }

  /** Numbers of the subscriptions that match, in order; none of no record. */
  private int[] matching(Image image) throws Exception {
    if (image == null) return new int[0];
    if (monitor) record = inMemory(image);
    Verifier verifier = monitor ? this::matchesQuery : this::matchesColumns;
    List<BytesRef> terms = image.names.stream().map(BytesRef::new).toList();
    int[][] found = {new int[256]};
    int[] size = {0};
    searcher.search(
        new ConstantScoreQuery(new TermInSetQuery("term", terms)),
        new SimpleCollector() {
          private int[] numbers;

          @Override
          protected void doSetNextReader(LeafReaderContext context) {
            numbers = ids[context.ord];
          }

          @Override
          public void collect(int doc) throws java.io.IOException {
            try {
              if (!verifier.matches(numbers[doc], image)) return;
            } catch (Exception error) {
              throw new java.io.IOException(error);
            }
            if (size[0] == found[0].length) found[0] = Arrays.copyOf(found[0], size[0] * 2);
            found[0][size[0]++] = numbers[doc];
          }

          @Override
          public ScoreMode scoreMode() {
            return ScoreMode.COMPLETE_NO_SCORES;
          }
        });
    int[] numbers = Arrays.copyOf(found[0], size[0]);
    Arrays.sort(numbers);
    return numbers;
  }

  private interface Visitor {
    void visit(int number, int transition);
  }

  // Transitions as filter::Transition numbers them: entered 1, left 2, changed 3.
  private void ask(Change change, Visitor visitor) throws Exception {
    int[] before = matching(change.before);
    int[] after = matching(change.after);
    int i = 0;
    int j = 0;
    while (i < before.length || j < after.length) {
      if (j == after.length || (i < before.length && before[i] < after[j])) {
        visitor.visit(before[i++], 2);
      } else if (i == before.length || after[j] < before[i]) {
        visitor.visit(after[j++], 1);
      } else {
        visitor.visit(after[j++], 3);
        ++i;
      }
    }
  }

  private void answer(String[] words) throws Exception {
    long prime = (1L << 61) - 1;
    long[] sum = {0, 0};
    for (int n = 0; n < Integer.parseInt(words[0]); ++n) {
      long from = n * 1_000_003L;
      ask(
          changes.get(n),
          (number, transition) -> {
            sum[0] = (sum[0] + from + number * 31L + transition) % prime;
            ++sum[1];
          });
    }
    System.out.println("answer " + sum[1] + " " + sum[0]);
  }

  private void measureRow(String[] words) throws Exception {
    double seconds = Double.parseDouble(words[0]);
    Serve.Times times = new Serve.Times();
    long[] matches = {0};
    while (times.total < seconds) {
      Change change = changes.get(times.size() % changes.size());
      times.measure(() -> ask(change, (number, transition) -> ++matches[0]));
    }
    times.print();
    Serve.say("matches", (double) matches[0] / times.size());
  }

  public static void main(String[] arguments) throws Exception {
    Match match = new Match(Path.of(arguments[0]));
    Serve.serve(Map.of("build", match::build, "answer", match::answer, "row", match::measureRow));
  }
}
